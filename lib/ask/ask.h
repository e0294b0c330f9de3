// Rules in plain words: a sentence of controlled English, as vexevt-ask(7) describes it, to a rule of vexevt-rules(5)
// or a pattern of vexevt-patterns(5). By a grammar: the same sentence gives the same text on every machine, and nothing
// is looked up. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vexevt {

inline constexpr std::size_t kMaxSentenceBytes = 4096;

struct AskedRule {
  std::string name;
  std::string toml;  // with the sentence as a comment in front; a newline at its end
};

// Where and why a sentence is none of the language.
struct Misunderstanding {
  std::size_t at = 0;               // bytes from the sentence's start
  std::size_t size = 0;             // of what stands there; 0: the end
  std::string what;                 // one clause
  std::vector<std::string> offers;  // sentences that are near it; may be none
  bool is_text = true;              // false: too long for a sentence, or with bytes that none has
};

using Asked = std::variant<AskedRule, Misunderstanding>;

// "tell me when root deletes more than 20 files within 10 seconds". `name`: of the pattern; empty: the sentence's words
// for what is looked for.
Asked AskForPattern(std::string_view sentence, std::string_view name = {});

// "send what root deletes under /etc to siem". Endpoints that are named are the file's to define; those that are given
// by their address come with the rule.
Asked AskForRule(std::string_view sentence, std::string_view name = {});

// The sentence, a caret below the place, and the offers: lines for people. Of a misunderstanding that is_text.
std::string ShowMisunderstanding(std::string_view sentence, const Misunderstanding& misunderstanding);

}  // namespace vexevt
