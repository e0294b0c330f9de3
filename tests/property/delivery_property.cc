// Random rules, endpoints and mishaps: every event arrives where a naive reading of the rules says, once and in order,
// whatever connections break, readers stop or rules are read again meanwhile.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "lib/io/full.h"
#include "lib/route/router.h"
#include "lib/route/testing/frames.h"
#include "lib/route/testing/reader.h"

namespace vexevt {
namespace {

struct Condition {
  const char* when;  // nullptr: none
  std::function<bool(const EventView&)> holds;
};

const std::vector<Condition>& Conditions() {
  static const std::vector<Condition> kConditions = {
      {nullptr, [](const EventView&) { return true; }},
      {"type = fs.create", [](const EventView& event) { return event.type() == kFsCreate; }},
      {"type in (fs.delete, fs.rename)",
       [](const EventView& event) { return event.type() == kFsDelete || event.type() == kFsRename; }},
      {"path startswith \"/srv/3\"", [](const EventView& event) { return event.path().starts_with("/srv/3"); }},
      {"path endswith \"xx\" and type != fs.delete",
       [](const EventView& event) { return event.path().ends_with("xx") && event.type() != kFsDelete; }},
      {"uid < 2", [](const EventView& event) { return event.Get<std::uint32_t>(layout::kUid) < 2; }},
      {"not path contains \"x\"",
       [](const EventView& event) { return event.path().find('x') == std::string_view::npos; }},
  };
  return kConditions;
}

struct ModelRule {
  std::size_t condition;
  bool drop;
  std::set<std::size_t> to;
};

struct Model {
  bool all = false;
  std::vector<ModelRule> rules;
  std::set<std::size_t> otherwise;

  std::set<std::size_t> Decide(const EventView& event) const {
    std::set<std::size_t> endpoints;
    bool held = false;
    for (const ModelRule& rule : rules) {
      if (!Conditions()[rule.condition].holds(event)) continue;
      held = true;
      endpoints.insert(rule.to.begin(), rule.to.end());
      if (!all || rule.drop) break;
    }
    return held ? endpoints : otherwise;
  }
};

std::set<std::size_t> SomeEndpoints(std::size_t count, bool at_least_one) {
  std::set<std::size_t> some;
  for (std::size_t i = 0; i < count; ++i) {
    if (*rc::gen::arbitrary<bool>()) some.insert(i);
  }
  if (some.empty() && at_least_one) some.insert(*rc::gen::inRange<std::size_t>(0, count));
  return some;
}

Model RandomModel(std::size_t endpoints) {
  Model model;
  model.all = *rc::gen::arbitrary<bool>();
  model.otherwise = SomeEndpoints(endpoints, false);
  auto rules = *rc::gen::inRange(0, 12);
  for (int i = 0; i < rules; ++i) {
    ModelRule rule;
    rule.condition = *rc::gen::inRange<std::size_t>(0, Conditions().size());
    rule.drop = *rc::gen::inRange(0, 5) == 0;
    if (!rule.drop) rule.to = SomeEndpoints(endpoints, true);
    model.rules.push_back(rule);
  }
  return model;
}

struct Place {
  std::unique_ptr<SocketReader> reader;  // none: a file
  bool spills = false;
  bool connected = false;
  std::string definition;  // TOML
  std::string file;
  std::string arrived;  // over all connections
};

std::string List(const std::set<std::size_t>& numbers) {
  std::string list;
  for (std::size_t number : numbers) list += (list.empty() ? "\"e" : ", \"e") + std::to_string(number) + "\"";
  return "[" + list + "]";
}

RoutePlan PlanOf(const Model& model, const std::vector<Place>& places) {
  std::string toml = model.all ? "match = \"all\"\n" : "";
  toml += "otherwise = " + List(model.otherwise) + "\n";
  for (const ModelRule& rule : model.rules) {
    toml += "[[rule]]\n";
    if (Conditions()[rule.condition].when != nullptr) {
      toml += std::string("when = '") + Conditions()[rule.condition].when + "'\n";
    }
    toml += rule.drop ? "action = \"drop\"\n" : "to = " + List(rule.to) + "\n";
  }
  for (const Place& place : places) toml += place.definition;
  auto rules = ParseRules(toml, "rules.toml");
  RC_ASSERT(rules.ok());
  auto plan = CompileRoutePlan(*rules);
  RC_ASSERT(plan.ok());
  return std::move(*plan);
}

std::vector<Place> RandomPlaces(const TempFolder& folder) {
  std::vector<Place> places(*rc::gen::inRange<std::size_t>(1, 4));
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::string name = "e" + std::to_string(i);
    std::string to = folder / name;
    places[i].file = to;
    if (*rc::gen::inRange(0, 3) > 0) {
      places[i].reader = std::make_unique<SocketReader>(to);
      to = places[i].reader->spec();
    }
    places[i].definition = "[[endpoint]]\nname = \"" + name + "\"\nto = \"" + to + "\"\nqueue = \"" +
                           *rc::gen::element<std::string>("100", "4K", "100K", "16M") + "\"\n";
    places[i].spills = *rc::gen::arbitrary<bool>();
    if (places[i].spills) {
      places[i].definition += "on_full = \"spill\"\nspill = \"" + (folder / (name + ".spill")) + "\"\n";
    }
  }
  return places;
}

// Keeps whole frames: what is cut comes again after the next connection.
void TrimToFrames(std::string* bytes) {
  std::size_t whole = 0;
  std::vector<std::uint64_t> words(RoundUpToWord(bytes->size()) / 8);
  if (!bytes->empty()) std::memcpy(words.data(), bytes->data(), bytes->size());
  auto all = std::as_bytes(std::span(words)).first(bytes->size());
  while (whole < all.size()) {
    FrameSize size = MeasureFrame(all.subspan(whole));
    if (size.state != FrameState::kOk || whole + size.bytes > all.size()) break;
    whole += size.bytes;
  }
  bytes->resize(whole);
}

class World {
 public:
  World() : places_(RandomPlaces(folder_)), model_(RandomModel(places_.size())) {
    auto router = Router::Start(PlanOf(model_, places_), clock_);
    RC_ASSERT(router.ok());
    router_ = std::move(*router);
    Accept();
  }

  void Step() {
    switch (*rc::gen::weightedElement<int>({{6, 0}, {4, 1}, {1, 2}, {1, 3}, {2, 4}, {1, 5}})) {
      case 0:
        return Send(*rc::gen::element<std::uint64_t>(1, 20, 300, 3000));
      case 1:
        return Read(RandomPlace(), *rc::gen::element<std::size_t>(1, 100, 5000, 1 << 20));
      case 2:
        return Hangup(RandomPlace());
      case 3:
        if (Place& place = RandomPlace(); place.reader) {
          Hangup(place);
          place.reader->StopListening();
        }
        return;
      case 4:
        clock_.Advance(*rc::gen::inRange<std::uint64_t>(1, 20 * kNsPerSecond));
        return Serve();
      default:
        model_ = RandomModel(places_.size());
        RC_ASSERT(router_->Reload(PlanOf(model_, places_)).ok());
    }
  }

  void Settle() {
    for (Place& place : places_) {
      if (place.reader && !place.connected) place.reader->Listen();
    }
    for (int quiet = 0; quiet < 3; ++quiet) {
      clock_.Advance(60 * kNsPerSecond);
      Serve();
      for (Place& place : places_) {
        std::size_t before = place.arrived.size();
        if (place.reader) Read(place, ~std::size_t{0});
        if (place.arrived.size() != before) quiet = 0;
      }
    }
  }

  void Check() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      std::string bytes = places_[i].arrived;
      if (!places_[i].reader) {
        auto file = ReadFile(places_[i].file, std::size_t{1} << 30);
        bytes = file.ok() ? *file : "";
      }
      RC_ASSERT(Arrived(bytes) == wanted_[i]);
    }
  }

 private:
  Place& RandomPlace() { return places_[*rc::gen::inRange<std::size_t>(0, places_.size())]; }

  void Accept() {
    for (Place& place : places_) {
      if (place.reader && !place.connected) place.connected = place.reader->Accept();
    }
  }
  void Serve() {
    router_->Serve();
    Accept();
  }
  void Send(std::uint64_t count) {
    for (; count > 0 && !router_->blocked(); --count) {
      static constexpr EventType kTypes[] = {kFsCreate, kFsDelete, kFsRename, kFsWrite};
      std::uint64_t number = ++sent_;
      auto frame = NumberedFrame(number, kTypes[number * 7 / 3 % 4]);
      EventView event = ViewOf(frame);
      for (std::size_t endpoint : model_.Decide(event)) {
        wanted_[endpoint].push_back(static_cast<std::int64_t>(number));
      }
      RC_ASSERT(router_->Route(std::span(&event, 1)).ok());
    }
    Serve();
  }
  void Read(Place& place, std::size_t most) {
    if (!place.connected) return;
    place.arrived += place.reader->Read(most);
    Serve();
  }
  // All that was sent is read first: what was not would be lost with the connection.
  void Hangup(Place& place) {
    if (!place.connected) return;
    place.arrived += place.reader->Read();
    TrimToFrames(&place.arrived);
    place.reader->Hangup();
    place.connected = false;
    Serve();
  }

  TempFolder folder_;
  FakeClock clock_{{1'795'438'800'000'000'000, kNsPerSecond}};
  std::vector<Place> places_;
  Model model_;
  std::map<std::size_t, std::vector<std::int64_t>> wanted_;
  std::uint64_t sent_ = 0;
  std::unique_ptr<Router> router_;
};

RC_GTEST_PROP(Delivery, EveryEventArrivesWhereTheRulesSayOnceAndInOrder, ()) {
  World world;
  auto steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) world.Step();
  world.Settle();
  world.Check();
}

// An endpoint that drops: what arrives is in order, and what is missing between two events is told there, to the event.
RC_GTEST_PROP(Delivery, WhatIsDroppedIsToldAtItsPlaceWithItsCount, ()) {
  TempFolder folder;
  FakeClock clock{{1'795'438'800'000'000'000, kNsPerSecond}};
  EventIds ids(9, clock);
  PortContext context{&clock, &ids, {}, {}, 0};
  SocketReader reader(folder / "s");
  PortOptions options;
  options.target = *ParseEndpoint(reader.spec());
  options.name = "e";
  options.queue_bytes = *rc::gen::element<std::uint64_t>(0, 1000, 20'000, 300'000);
  options.on_full = *rc::gen::element(OnFull::kDrop, OnFull::kDropOld);
  Port port(options, &context);
  RC_ASSERT(port.Start().ok());
  RC_ASSERT(reader.Accept());
  std::string arrived;
  std::uint64_t sent = 0, dropped = 0;
  auto serve = [&] {
    std::vector<pollfd> polls;
    port.AddPolls(&polls);
    ::poll(polls.data(), polls.size(), 0);
    port.Polled(polls);
    RC_ASSERT(port.up());
  };
  for (int step = *rc::gen::inRange(1, 30); step > 0; --step) {
    for (auto count = *rc::gen::element<int>(1, 100, 5000); count > 0; --count) {
      auto priority = static_cast<Priority>(*rc::gen::inRange(0, 5));
      dropped += port.Append(NumberedFrame(++sent, kFsCreate, priority));
    }
    arrived += reader.Read(*rc::gen::element<std::size_t>(0, 1000, 50'000, 1 << 20));
    serve();
  }
  for (std::string part; !(part = reader.Read()).empty(); serve()) arrived += part;
  RC_ASSERT(port.drained());
  std::int64_t expected = 1;
  std::uint64_t told = 0;
  for (std::int64_t number : Arrived(arrived)) {
    if (number < 0) {
      expected += -1 - number;
      told += static_cast<std::uint64_t>(-1 - number);
    } else {
      RC_ASSERT(number == expected++);
    }
  }
  RC_ASSERT(expected == static_cast<std::int64_t>(sent) + 1);
  RC_ASSERT(told == dropped);
  RC_ASSERT(std::accumulate(port.dropped().begin(), port.dropped().end(), std::uint64_t{0}) == dropped);
}

}  // namespace
}  // namespace vexevt
