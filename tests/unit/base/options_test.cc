#include "base/options.h"

#include <gtest/gtest.h>

#include <ostream>

namespace idnode {
namespace {

enum class Format : std::uint8_t { kText, kJson };

// One variable of each type, as a component's Options would have them.
struct Sample {
  bool flag = false;
  std::uint16_t batch = 64;
  std::chrono::milliseconds idle{300'000};
  std::size_t cache = 512 << 20;
  std::string prefix;
  std::filesystem::path file;
  std::optional<Address> address;
  std::vector<Endpoint> listen = {Endpoint::Parse("[::]:2641").value()};
  std::vector<Network> trusted;
  Format format = Format::kText;

  std::vector<Option> Table() {
    return {
        {.name = "udp.flag", .target = Bind(flag), .text = "A flag."},
        {.name = "udp.batch",
         .target = Bind(batch),
         .min = 1,
         .max = 256,
         .unit = "datagrams",
         .effect = Effect::kReload,
         .text = "Most datagrams that are received in one system call. More of them cost memory "
                 "and gain nothing once the system call is a small part of the work."},
        {.name = "udp.idle", .target = Bind(idle), .min = 1'000, .max = 3'600'000, .text = "Idle."},
        {.name = "store.cache",
         .target = BindSize(cache),
         .min = 1 << 20,
         .max = 1LL << 40,
         .text = "Cache."},
        {.name = "node.prefix",
         .target = Bind(prefix),
         .max = 8,
         .meaning_of_unset = "any prefix",
         .text = "Prefix."},
        {.name = "node.file", .target = Bind(file), .text = "File."},
        {.name = "node.address", .target = Bind(address), .text = "Address."},
        {.name = "node.listen", .target = Bind(listen), .min = 1, .max = 2, .text = "Listen."},
        {.name = "node.trusted", .target = Bind(trusted), .max = 2, .text = "Trusted."},
        {.name = "log.format",
         .target = BindChoice<Format>(format, {{"text", Format::kText}, {"json", Format::kJson}}),
         .text = "Format."},
    };
  }
};

using Value = decltype(Setting::value);
using Texts = std::vector<std::string>;

struct Refused {
  const char* case_name;
  const char* name;
  Value value;
  const char* spelling;
  const char* problem;  // without the place
};
void PrintTo(const Refused& row, std::ostream* out) { *out << row.case_name; }

class RefusedSetting : public testing::TestWithParam<Refused> {};

TEST_P(RefusedSetting, SaysWhatIsAllowed) {
  Sample sample;
  const auto& row = GetParam();
  const Setting setting{row.name, row.value, row.spelling, 7};
  const auto problems = ApplySettings(sample.Table(), "f.toml", {&setting, 1});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0], std::string("f.toml:7: ") + row.problem);
  EXPECT_EQ(PrintConfig(sample.Table()), PrintConfig(Sample().Table()));  // nothing was stored
}

const std::vector<Refused>& RefusedTable() {
  static const std::vector<Refused> table = {
      {"BelowMin", "udp.batch", 0L, "0", "udp.batch = 0: must be 1..256"},
      {"AboveMax", "udp.batch", 257L, "257", "udp.batch = 257: must be 1..256"},
      {"AboveTheVariable", "udp.batch", 65'537L, "65537", "udp.batch = 65537: must be 1..256"},
      {"QuotedInteger", "udp.batch", "64", "\"64\"",
       "udp.batch = \"64\": must be a whole number without quotes, 1..256"},
      {"Fraction", "udp.batch", 1.5, "1.5",
       "udp.batch = 1.5: must be a whole number without quotes, 1..256"},
      {"QuotedBool", "udp.flag", "yes", "\"yes\"",
       "udp.flag = \"yes\": must be true or false, without quotes"},
      {"BareDuration", "udp.idle", 300L, "300",
       "udp.idle = 300: must be text with a unit (ms, s, min, h, d), as \"1 s\""},
      {"UnknownUnit", "udp.idle", "5 m", "\"5 m\"",
       "udp.idle = \"5 m\": must be text with a unit (ms, s, min, h, d), as \"1 s\""},
      {"ShortDuration", "udp.idle", "999 ms", "\"999 ms\"",
       "udp.idle = \"999 ms\": must be 1 s..1 h"},
      {"LongDuration", "udp.idle", "2 h", "\"2 h\"", "udp.idle = \"2 h\": must be 1 s..1 h"},
      {"OverflowingDuration", "udp.idle", "9223372036854775807 d", "\"9223372036854775807 d\"",
       "udp.idle = \"9223372036854775807 d\": must be 1 s..1 h"},
      {"SmallSize", "store.cache", "1 B", "\"1 B\"", "store.cache = \"1 B\": must be 1 MiB..1 TiB"},
      {"DecimalSize", "store.cache", "1 MB", "\"1 MB\"",
       "store.cache = \"1 MB\": must be text with a unit (B, KiB, MiB, GiB, TiB), as \"1 MiB\""},
      {"PrefixWithoutQuotes", "node.prefix", 88.1, "88.100",
       "node.prefix = 88.100: must be text; quote it: prefix = \"88.100\""},
      {"PrefixIsAList", "node.prefix", Texts{"88"}, "[\"88\"]",
       "node.prefix = [\"88\"]: must be one text, not a list"},
      {"LongText", "node.prefix", "123456789", "\"123456789\"",
       "node.prefix = \"123456789\": must have 0..8 octets, has 9"},
      {"NoUtf8", "node.prefix", "\xB8\xD6", "\"?\"", "node.prefix = \"?\": must be valid UTF-8"},
      {"Name", "node.address", "localhost", "\"localhost\"",
       "node.address = \"localhost\": must be a numeric address, as \"192.0.2.1\" or "
       "\"2001:db8::1\""},
      {"NoChoice", "log.format", "xml", "\"xml\"",
       "log.format = \"xml\": must be one of \"text\", \"json\""},
      {"Date", "log.format", std::monostate{}, "2026-03-01",
       "log.format = 2026-03-01: must be text; quote it: format = \"2026-03-01\""},
      {"Slip", "udp.bacth", 1L, "1", "udp.bacth: unknown key; did you mean udp.batch?"},
      {"OtherSection", "handle.batch", 1L, "1",
       "handle.batch: unknown key; did you mean udp.batch?"},
      {"NoSection", "prefix", "88", "\"88\"", "prefix: unknown key; did you mean node.prefix?"},
      {"Strange", "colour", "red", "\"red\"",
       "colour: unknown key; --print-config shows the known ones"},
      {"SectionAsKey", "udp", 1L, "1", "udp: a section: write [udp], and its keys below it"},
  };
  return table;
}

const std::vector<Refused>& RefusedLists() {
  static const std::vector<Refused> table = {
      {"EndpointAlone", "node.listen", "[::]:1", "\"[::]:1\"",
       "node.listen = \"[::]:1\": must be a list of endpoints, as [\"127.0.0.1:2641\", "
       "\"[::1]:2641\"]"},
      {"NoEndpoint", "node.listen", Texts{}, "[]",
       "node.listen = []: must have 1..2 endpoints, has 0"},
      {"BadEndpoint", "node.listen", Texts{"[::]:1", "*:2"}, "[...]",
       "node.listen = [...]: \"*:2\" is no endpoint: write a numeric address and a port, as "
       "\"127.0.0.1:2641\" or \"[::1]:2641\""},
      {"EndpointTwice", "node.listen", Texts{"[::]:1", "[0::0]:1"}, "[...]",
       "node.listen = [...]: \"[0::0]:1\" is there twice"},
      {"NoNetworks", "node.trusted", true, "true",
       "node.trusted = true: must be a list of networks, as [\"192.0.2.0/24\", \"2001:db8::1\"]"},
      {"BadNetwork", "node.trusted", Texts{"192.0.2.1/24"}, "[...]",
       "node.trusted = [...]: \"192.0.2.1/24\" is no network: write an address, or the first one "
       "of a range and its prefix length, as \"192.0.2.0/24\""},
  };
  return table;
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedSetting, testing::ValuesIn(RefusedTable()),
                         [](const auto& row) { return row.param.case_name; });
INSTANTIATE_TEST_SUITE_P(Lists, RefusedSetting, testing::ValuesIn(RefusedLists()),
                         [](const auto& row) { return row.param.case_name; });

TEST(ApplySettings, StoresEveryType) {
  Sample sample;
  const std::vector<Setting> settings = {
      {"udp.flag", true, ""},
      {"udp.batch", 256L, ""},
      {"udp.idle", "90 s", ""},
      {"store.cache", "2 GiB", ""},
      {"node.prefix", "88.118", ""},
      {"node.file", "/a/b", ""},
      {"node.address", "192.0.2.1", ""},
      {"node.listen", Texts{"127.0.0.1:1", "[::1]:2"}, ""},
      {"node.trusted", Texts{"192.0.2.0/24"}, ""},
      {"log.format", "json", ""},
  };
  EXPECT_EQ(ApplySettings(sample.Table(), "f", settings), Texts{});
  EXPECT_TRUE(sample.flag);
  EXPECT_EQ(sample.batch, 256);
  EXPECT_EQ(sample.idle, std::chrono::seconds(90));
  EXPECT_EQ(sample.cache, 2'147'483'648U);
  EXPECT_EQ(sample.prefix, "88.118");
  EXPECT_EQ(sample.file, "/a/b");
  EXPECT_EQ(sample.address, Address::Parse("192.0.2.1").value());
  EXPECT_EQ(sample.listen.size(), 2U);
  EXPECT_EQ(sample.trusted, std::vector{Network::Parse("192.0.2.0/24").value()});
  EXPECT_EQ(sample.format, Format::kJson);
}

TEST(ApplySettings, ReportsAllProblemsInOrderAndKeepsTheRest) {
  Sample sample;
  const std::vector<Setting> settings = {
      {"udp.batch", 0L, "0", 1}, {"udp.flag", true, "true", 2}, {"nonsense", 1L, "1", 3}};
  const auto problems = ApplySettings(sample.Table(), "f", settings);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_TRUE(problems[0].starts_with("f:1: udp.batch"));
  EXPECT_TRUE(problems[1].starts_with("f:3: nonsense"));
  EXPECT_TRUE(sample.flag);
}

TEST(PrintConfig, ShowsTextTypeAndCurrentValue) {
  Sample sample;
  sample.batch = 7;
  sample.prefix = "88.\"\\\n钢";
  const std::string text = PrintConfig(sample.Table());
  EXPECT_TRUE(text.starts_with("[udp]\n\n# A flag.\n")) << text;
  EXPECT_NE(text.find("\n\n[store]\n\n# Cache.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n# Most datagrams that are received in one system call. More of them cost "
                      "memory and gain nothing\n# once the system call is a small part of the "
                      "work.\n# (integer, 1..256 datagrams; a change is obeyed at reload)\n"
                      "batch = 7\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n# Empty: any prefix.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nprefix = \"88.\\\"\\\\\\u000A钢\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nidle = \"5 min\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ncache = \"512 MiB\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nlisten = [\"[::]:2641\"]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ntrusted = []\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\naddress = \"\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n# (one of \"text\", \"json\"; a change is obeyed at restart)\nformat = "
                      "\"text\"\n"),
            std::string::npos)
      << text;
}

TEST(PrintReference, HasASectionAnOptionAndItsFacts) {
  Sample sample;
  const std::string text = PrintReference(sample.Table());
  EXPECT_NE(text.find("\n## [store]\n\n### store.cache\n\nCache.\n\n"
                      "- Type: size, 1 MiB..1 TiB\n- Default: `\"512 MiB\"`\n"
                      "- A change is obeyed: at restart\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace idnode
