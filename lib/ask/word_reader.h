// WordReader: goes through the words of a sentence, and remembers what could have stood at the farthest place that was
// reached. So each reader of a part just tries what it knows, and what nobody understood has its place, and the words
// that are near it. For lib/ask itself.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/ask/words.h"

namespace vexevt {

class WordReader {
 public:
  // `sentence` outlives this.
  WordReader(std::string_view sentence, std::vector<AskWord> words) : sentence_(sentence), words_(std::move(words)) {}

  // The next word, nullptr at the end, and after a Deny.
  const AskWord* Peek() const { return denied_ || at_ == words_.size() ? nullptr : &words_[at_]; }
  bool AtEnd() const { return Peek() == nullptr; }
  void Advance() { ++at_; }

  // Takes the words of a phrase, all of them or none.
  bool Take(std::string_view phrase);
  bool TakeAny(std::initializer_list<std::string_view> phrases);
  // The same for words that may as well be left out, and so is not worth an offer.
  bool Skip(std::string_view phrase);
  // What joins the items of a list: "or", ", or", and a comma where another of these comes behind the next item: "a, b
  // or c". A comma alone may as well end the list.
  bool TakeOr();
  // Whether the phrase stands here; nothing is taken, and nothing remembered.
  bool Sees(std::string_view phrase) const;

  // What could stand here and is no word of the grammar: "a path, as in /etc".
  void Expect(std::string_view what);

  // To go back to.
  std::size_t at() const { return at_; }
  void GoBack(std::size_t at) { at_ = at; }

  // What stands here is understood, and refused. The first one counts; nothing more is read then.
  void Deny(std::size_t word, std::string what, std::vector<std::string> offers = {});
  bool denied() const { return denied_.has_value(); }

  // The sentence from one word to before another; and with that replaced by something.
  std::string Text(std::size_t from, std::size_t to) const;
  std::string With(std::size_t from, std::size_t to, std::string_view instead) const;

  // Why the sentence is not understood: what was denied, or the farthest place.
  Misunderstanding Why() const;

 private:
  void Remember(std::size_t at, std::string_view what, bool word);

  struct Expected {
    std::string what;
    bool word;  // of the grammar
  };

  const std::string_view sentence_;
  const std::vector<AskWord> words_;
  std::size_t at_ = 0;
  std::size_t farthest_ = 0;
  std::vector<Expected> expected_;  // there
  std::optional<Misunderstanding> denied_;
};

}  // namespace vexevt
