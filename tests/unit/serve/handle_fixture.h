// A store with a record, and requests about it: what the handle protocol's doors are tested on.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/writer.h"
#include "handle/message.h"
#include "handle/resolution.h"
#include "ledger/rows.h"
#include "resolve/prefix_table.h"
#include "serve/handle/answerer.h"
#include "store/memory/memory_engine.h"

namespace idnode::serve {

class HandleFixture : public testing::Test {
 protected:
  HandleFixture() {
    auto table = std::make_shared<resolve::PrefixTable>();
    table->Add("88.1", handle::CasePolicy::kFold);
    prefixes_.Publish(std::move(table));
    Put("88.1/A", 10);
  }

  // A record with one value of `size` octets.
  void Put(const std::string& key, std::size_t size,
           std::uint8_t permissions = handle::permission::kDefault) {
    const std::string data(size, 'd');
    std::string wire;
    TextWriter(wire).U32(1);
    handle::ValueFields fields;
    fields.index = 1;
    fields.type = "T";
    fields.data = AsBytes(data);
    fields.permissions = permissions;
    handle::EncodeValue(fields, {}, wire);
    ledger::RecordState state{.values = wire};
    if (fields.Allows(handle::permission::kPublicRead)) state.flags = ledger::kAllPublic;
    const std::string row = ledger::EncodeStateRow(1, ledger::EncodeRecordState(state));
    const std::string head = engine_.Head().value();
    const std::array<store::Put, 1> puts = {store::Put{store::Family::kRecords, key, row}};
    ASSERT_EQ(engine_.Commit(head, head + "+", puts, {}).value(), store::Outcome::kCommitted);
  }

  static std::vector<std::uint8_t> Resolution(std::string_view identifier,
                                              std::uint32_t flags = handle::Header::kPublicOnly) {
    std::vector<std::uint8_t> body;
    handle::EncodeResolutionRequest(identifier, {}, {}, body);
    return MessageOf({.flags = flags}, body);
  }
  static std::vector<std::uint8_t> MessageOf(const handle::Header& header, Bytes body,
                                             std::uint32_t session_id = 0) {
    std::vector<std::uint8_t> out;
    handle::EncodeMessage(
        {.suggested = handle::kOurVersion, .session_id = session_id, .request_id = 77}, header,
        body, out);
    return out;
  }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
  Published<resolve::PrefixTable> prefixes_{std::make_shared<const resolve::PrefixTable>()};
  const HandleSite site_{.serial = 3, .encoded = {1, 2, 3}};
  ManualClock clock_{1'795'000'000'000};
};

}  // namespace idnode::serve
