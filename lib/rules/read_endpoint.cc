#include "lib/rules/read_endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/rules/table_reader.h"

namespace vexevt {
namespace {

Result<Member> ReadMember(const Document& document, const DocumentNode& node) {
  if (const auto* text = std::get_if<std::string>(&node.value)) return Member{{*text, node.at}, 1};
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "members"));
  VEXEVT_TRY(table.OnlyKeys({"to", "weight"}));
  Member member;
  VEXEVT_ASSIGN(auto to, table.Text("to"));
  if (!to) return table.Missing("to");
  member.to = *to;
  VEXEVT_ASSIGN(auto weight, table.Integer("weight", 1, 1000));
  member.weight = static_cast<unsigned>(weight.value_or(1));
  return member;
}

Status ReadRetry(const Document& document, const DocumentNode& node, EndpointRule* endpoint) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "retry"));
  VEXEVT_TRY(table.OnlyKeys({"first", "max"}));
  VEXEVT_ASSIGN(auto first, table.Duration("first"));
  VEXEVT_ASSIGN(auto max, table.Duration("max"));
  endpoint->retry_first_ns = first.value_or(endpoint->retry_first_ns);
  endpoint->retry_max_ns = max.value_or(std::max(endpoint->retry_max_ns, endpoint->retry_first_ns));
  if (endpoint->retry_first_ns == 0 || endpoint->retry_max_ns < endpoint->retry_first_ns) {
    return ErrorAt(document, node.at, "'retry' wants 0 < first <= max");
  }
  return Status::Ok();
}

Status ReadBreaker(const Document& document, const DocumentNode& node, EndpointRule* endpoint) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "breaker"));
  VEXEVT_TRY(table.OnlyKeys({"failures", "open"}));
  VEXEVT_ASSIGN(auto failures, table.Integer("failures", 1, 1'000'000));
  VEXEVT_ASSIGN(auto open, table.Duration("open"));
  if (failures) endpoint->breaker_failures = static_cast<unsigned>(*failures);
  endpoint->breaker_open_ns = open.value_or(endpoint->breaker_open_ns);
  return Status::Ok();
}

}  // namespace

Result<EndpointRule> ReadEndpoint(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "endpoint"));
  VEXEVT_TRY(table.OnlyKeys({"name", "to", "members", "balance", "by", "queue", "on_full", "spill", "spill_max",
                             "dead_letter", "retry", "breaker"}));
  EndpointRule endpoint;
  VEXEVT_ASSIGN(auto name, table.Text("name"));
  if (!name) return table.Missing("name");
  endpoint.name = name->text;
  endpoint.at = node.at;
  const DocumentNode* to = table.Find("to");
  const DocumentNode* members = table.Find("members");
  if ((to != nullptr) == (members != nullptr)) {
    return table.ErrorOf(node, fmt::format("endpoint '{}' wants 'to' or 'members', one of the two", endpoint.name));
  }
  if (to) {
    VEXEVT_ASSIGN(Member member, ReadMember(document, *to));
    endpoint.members.push_back(std::move(member));
  } else {
    const auto* list = std::get_if<List>(&members->value);
    if (!list || list->empty()) return table.ErrorOf(*members, "'members' wants a list of endpoints");
    for (const DocumentNode& element : *list) {
      VEXEVT_ASSIGN(Member member, ReadMember(document, element));
      endpoint.members.push_back(std::move(member));
    }
  }
  VEXEVT_ASSIGN(endpoint.balance,
                table.OneOf<Balance>("balance", {"broadcast", "round-robin", "weighted", "hash", "failover"},
                                     Balance::kBroadcast));
  if (endpoint.balance != Balance::kWeighted) {
    auto weighted = std::ranges::find_if(endpoint.members, [](const Member& member) { return member.weight != 1; });
    if (weighted != endpoint.members.end()) {
      return ErrorAt(document, weighted->to.at, "'weight' means something only with balance = \"weighted\"");
    }
  }
  VEXEVT_ASSIGN(endpoint.by, table.Fields("by"));
  if ((endpoint.balance == Balance::kHash) != !endpoint.by.empty()) {
    return table.ErrorOf(node, "balance = \"hash\" and 'by' go together");
  }
  VEXEVT_ASSIGN(auto queue, table.Size("queue"));
  endpoint.queue_bytes = queue.value_or(endpoint.queue_bytes);
  VEXEVT_ASSIGN(endpoint.on_full,
                table.OneOf<OnFull>("on_full", {"block", "drop", "drop-old", "spill"}, OnFull::kBlock));
  VEXEVT_ASSIGN(auto spill, table.Text("spill"));
  if (spill) endpoint.spill = *spill;
  if ((endpoint.on_full == OnFull::kSpill) != spill.has_value()) {
    return table.ErrorOf(node, "on_full = \"spill\" and 'spill' (a directory) go together");
  }
  VEXEVT_ASSIGN(auto spill_max, table.Size("spill_max"));
  if (spill_max && !spill)
    return table.ErrorOf(*table.Find("spill_max"), "'spill_max' means something only with 'spill'");
  endpoint.spill_max_bytes = spill_max.value_or(0);
  VEXEVT_ASSIGN(auto dead_letter, table.Text("dead_letter"));
  if (dead_letter) endpoint.dead_letter = *dead_letter;
  if (dead_letter && spill) {
    return ErrorAt(document, dead_letter->at,
                   "'spill' keeps what can't be delivered, 'dead_letter' gives it away: choose one");
  }
  if (const DocumentNode* retry = table.Find("retry")) VEXEVT_TRY(ReadRetry(document, *retry, &endpoint));
  if (const DocumentNode* breaker = table.Find("breaker")) VEXEVT_TRY(ReadBreaker(document, *breaker, &endpoint));
  return endpoint;
}

}  // namespace vexevt
