#include "node/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "base/option_text.h"
#include "temporary_directory.h"

namespace idnode::node {
namespace {

using Problems = std::vector<std::string>;

class ConfigFile : public testing::Test {
 protected:
  // The problems of a file with this text, without the folder in front.
  Problems Load(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    config_ = Config();
    auto problems = LoadConfig(path_, config_);
    const std::string folder = directory_.path().string() + "/";
    for (std::string& problem : problems) {
      if (problem.starts_with(folder)) problem.erase(0, folder.size());
    }
    return problems;
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_.path() / "idnode.toml";
  Config config_;
};

TEST_F(ConfigFile, EmptyFileIsTheDefault) {
  EXPECT_EQ(Load(""), Problems{});
  EXPECT_EQ(Load("# nothing\n\n[node]\n"), Problems{});
  Config fresh;
  EXPECT_EQ(PrintConfig(ConfigTable(config_)), PrintConfig(ConfigTable(fresh)));
  EXPECT_EQ(CheckConfig(config_), Problems{});
}

TEST_F(ConfigFile, TheDoorsDoNotShareAPort) {
  const auto problems = [&](const std::string& handle, const std::string& grpc) {
    EXPECT_EQ(Load("[listen]\nhandle = [\"" + handle + "\"]\ngrpc = [\"" + grpc + "\"]\n"),
              Problems{});
    return CheckConfig(config_);
  };
  EXPECT_EQ(problems("127.0.0.1:2641", "127.0.0.1:2641"),
            Problems{"listen.grpc = \"127.0.0.1:2641\": is taken by listen.handle = "
                     "\"127.0.0.1:2641\": give one of them another port"});
  EXPECT_EQ(problems("[::]:2641", "127.0.0.1:2641").size(), 1U);
  EXPECT_EQ(problems("127.0.0.2:2641", "127.0.0.1:2641"), Problems{});
  EXPECT_EQ(problems("127.0.0.1:0", "127.0.0.1:0"), Problems{});
}

TEST_F(ConfigFile, ValuesArriveWhereTheyBelong) {
  ASSERT_EQ(Load("node.prefix = '88.118'\n"
                 "[listen]\nhandle = [\n  \"127.0.0.1:0\", # one\n  \"[::1]:0\",\n]\n"
                 "[handle]\ntcp_idle = \"90 s\"\nudp_workers = 3\n"
                 "udp_limit = \"count\"\nudp_answers_per_source = 7\n"
                 "udp_octets_per_source = \"8 KiB\"\nudp_trusted = [\"192.0.2.0/24\"]\n"
                 "[store]\nblock_cache = \"1 GiB\"\n"
                 "[log]\nlevel = \"debug\"\nformat = \"json\"\n"),
            Problems{});
  EXPECT_EQ(config_.node.prefix, "88.118");
  ASSERT_EQ(config_.listen.handle.size(), 2U);
  EXPECT_EQ(config_.listen.handle[1].ToText(), "[::1]:0");
  EXPECT_EQ(config_.handle.tcp_idle, std::chrono::seconds(90));
  EXPECT_EQ(config_.handle.udp_workers, 3U);
  EXPECT_FALSE(config_.handle.udp_limits.enforced);
  EXPECT_EQ(config_.handle.udp_limits.answers, 7U);
  EXPECT_EQ(config_.handle.udp_limits.octets, 8'192U);
  EXPECT_EQ(config_.handle.udp_limits.trusted, std::vector{Network::Parse("192.0.2.0/24").value()});
  EXPECT_EQ(config_.store.block_cache, 1ULL << 30);
  EXPECT_EQ(config_.log.level, LogLevel::kDebug);
  EXPECT_EQ(config_.log.format, LogFormat::kJson);
}

TEST_F(ConfigFile, ProblemsComeInTheOrderOfTheFileWithTheirLines) {
  EXPECT_EQ(Load("[node]\n"
                 "prefix = 88.100  # a prefix\n"
                 "name = \"钢\"\n"
                 "nmae = \"钢\"\n"
                 "\n"
                 "[handle]\n"
                 "tcp_threads = 0\n"
                 "[hadnle]\n"
                 "tcp_threads = 1\n"
                 "[log]\n"
                 "level = [\"info\",\n  \"debug\"]\n"),
            (Problems{
                "idnode.toml:2: node.prefix = 88.100: must be text; quote it: prefix = \"88.100\"",
                "idnode.toml:4: node.nmae: unknown key; did you mean node.name?",
                "idnode.toml:7: handle.tcp_threads = 0: must be 1..256",
                "idnode.toml:9: hadnle.tcp_threads: unknown key; did you mean handle.tcp_threads?",
                "idnode.toml:11: log.level = [\"info\",...: must be one text, not a list",
            }));
}

TEST_F(ConfigFile, SpellingIsExactBehindChineseAndCutWhenLong) {
  EXPECT_EQ(Load("node = { name = \"不锈钢\", prefix = 88.10 }\n"),
            (Problems{"idnode.toml:1: node.prefix = 88.10: must be text; quote it: prefix = "
                      "\"88.10\""}));
  const auto problems = Load("log.format = \"" + std::string(500, 'x') + "\"\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0], "idnode.toml:1: log.format = \"" + std::string(59, 'x') +
                             "...: must be one of \"text\", \"json\"");
}

TEST_F(ConfigFile, SyntaxErrorsNameLineAndColumn) {
  for (const char* text : {"[node]\nprefix = 88.118.1001\n", "[node]\nprefix = \"88\nname = 1\n",
                           "[node]\nname = \"\xB8\xD6\"\n", "[node]\nname = 1\nname = 2\n"}) {
    const auto problems = Load(text);
    ASSERT_EQ(problems.size(), 1U) << text;
    EXPECT_NE(problems[0].find("idnode.toml:"), std::string::npos) << problems[0];
    EXPECT_NE(problems[0].find(": not TOML: "), std::string::npos) << problems[0];
  }
}

TEST_F(ConfigFile, RelativePathsStartAtTheFile) {
  ASSERT_EQ(Load("[tls]\ncertificate = \"tls/chain.pem\"\nkey = \"/etc/key.pem\"\n"), Problems{});
  EXPECT_EQ(config_.tls.certificate, directory_.path() / "tls/chain.pem");
  EXPECT_EQ(config_.tls.key, "/etc/key.pem");
  EXPECT_EQ(config_.log.file, "");
}

TEST_F(ConfigFile, WhatCannotBeReadIsAProblem) {
  Config config;
  EXPECT_EQ(LoadConfig(directory_.path() / "absent", config),
            Problems{(directory_.path() / "absent").string() +
                     ": cannot be read: No such file or directory"});
  EXPECT_EQ(LoadConfig(directory_.path(), config),
            Problems{directory_.path().string() + ": cannot be read: it is a folder"});
}

TEST_F(ConfigFile, PrintedConfigReadsBackAsTheSame) {
  ASSERT_EQ(Load("[node]\nname = \"a \\\"b\\\" \\\\ \\u0001 钢\"\nprefix = \"88.118\"\n"
                 "[site]\naddress = \"2001:db8::1\"\n"
                 "[listen]\ngrpc = [\"127.0.0.1:1\", \"[::1]:1\"]\n"
                 "[handle]\ntcp_idle = \"1500 ms\"\n"
                 "[log]\nfile = \"/var/log/idnode.log\"\nlevel = \"error\"\n"),
            Problems{});
  const std::string printed = PrintConfig(ConfigTable(config_));
  EXPECT_EQ(Load(printed), Problems{});
  EXPECT_EQ(PrintConfig(ConfigTable(config_)), printed);
}

TEST_F(ConfigFile, TokensNeedTlsBeyondLoopback) {
  const std::string listen = "[listen]\ngrpc = [\"127.0.0.1:1\", \"0.0.0.0:2\"]\n";
  ASSERT_EQ(Load(listen), Problems{});
  EXPECT_EQ(CheckConfig(config_),
            Problems{"listen.grpc = \"0.0.0.0:2\": callers would send their tokens in the clear: "
                     "set tls.certificate and tls.key, or listen on 127.0.0.1, or say "
                     "grpc.tokens_without_tls = true"});
  ASSERT_EQ(Load(listen + "[grpc]\ntokens_without_tls = true\n"), Problems{});
  EXPECT_EQ(CheckConfig(config_), Problems{});

  std::ofstream(directory_.path() / "pem") << "pem";
  ASSERT_EQ(Load(listen + "[tls]\ncertificate = \"pem\"\nkey = \"pem\"\n"), Problems{});
  EXPECT_EQ(CheckConfig(config_), Problems{});
}

TEST_F(ConfigFile, TlsNeedsBothFiles) {
  std::ofstream(directory_.path() / "pem") << "pem";
  ASSERT_EQ(Load("[tls]\nkey = \"pem\"\n"), Problems{});
  EXPECT_EQ(CheckConfig(config_),
            Problems{"tls.key is set and tls.certificate is not: set both, or neither"});
  ASSERT_EQ(Load("[tls]\ncertificate = \"pem\"\nkey = \"absent\"\n"), Problems{});
  EXPECT_EQ(CheckConfig(config_), Problems{"tls.key = " + (directory_.path() / "absent").string() +
                                           ": cannot be read: No such file or directory"});
}

TEST_F(ConfigFile, MessagesMustHaveRoomForRecords) {
  ASSERT_EQ(Load("grpc.message_size = \"64 KiB\"\nlimits.record_octets = 60000\n"), Problems{});
  EXPECT_EQ(CheckConfig(config_).size(), 1U);
  ASSERT_EQ(Load("grpc.message_size = \"64 KiB\"\nlimits.record_octets = 20000\n"), Problems{});
  EXPECT_EQ(CheckConfig(config_), Problems{});
}

TEST_F(ConfigFile, PrefixHasSegments) {
  for (const char* prefix : {"88", "88.118", "88.118.1001", "10.A-b_c"}) {
    config_.node.prefix = prefix;
    EXPECT_EQ(CheckConfig(config_), Problems{});
  }
  for (const char* prefix : {".", "88.", ".88", "88..118", "88/118", "88 118", "钢"}) {
    config_.node.prefix = prefix;
    EXPECT_EQ(CheckConfig(config_).size(), 1U) << prefix;
  }
}

TEST(SiteAddress, IsTheConfiguredOneOrTheFirstThatIsNoWildcard) {
  Config config;
  EXPECT_EQ(SiteAddress(config).ToText(), "127.0.0.1");
  config.listen.handle.push_back(Endpoint::Parse("192.0.2.7:2641").value());
  EXPECT_EQ(SiteAddress(config).ToText(), "192.0.2.7");
  config.site.address = Address::Parse("2001:db8::1").value();
  EXPECT_EQ(SiteAddress(config).ToText(), "2001:db8::1");
}

TEST(ConfigTable, RowsAreSound) {
  Config config;
  std::set<std::string_view> names;
  std::vector<std::string_view> sections;
  for (const Option& option : ConfigTable(config)) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name << " is there twice";
    EXPECT_EQ(std::count(option.name.begin(), option.name.end(), '.'), 1) << option.name;
    EXPECT_TRUE(option.text.ends_with('.')) << option.name;
    if (sections.empty() || sections.back() != SectionOf(option.name)) {
      sections.push_back(SectionOf(option.name));
    }
    const bool number = option.target.type == OptionType::kInteger ||
                        option.target.type == OptionType::kDuration ||
                        option.target.type == OptionType::kSize;
    if (!number) continue;
    EXPECT_LT(option.max, std::numeric_limits<std::int64_t>::max()) << option.name;
    const auto fresh = std::get<std::int64_t>(option.target.get());
    EXPECT_LE(option.min, fresh) << option.name;
    EXPECT_GE(option.max, fresh) << option.name;
    for (const std::int64_t bound : {option.min, option.max}) {  // both fit into the variable
      option.target.set(bound);
      EXPECT_EQ(std::get<std::int64_t>(option.target.get()), bound) << option.name;
    }
  }
  EXPECT_EQ(std::set(sections.begin(), sections.end()).size(), sections.size())
      << "a section is there twice, which TOML forbids";
}

// IDNODE_WRITE_REFERENCE=1 in the environment writes the page instead.
TEST(SiteConfig, TellsOnlyPortsThatAreServedAtItsAddress) {
  const auto ports = [](const char* address, std::initializer_list<const char*> texts) {
    std::vector<Endpoint> endpoints;
    for (const char* text : texts) endpoints.push_back(Endpoint::Parse(text).value());
    return PortsAt(Address::Parse(address).value(), endpoints);
  };
  using Ports = std::vector<std::uint16_t>;
  EXPECT_EQ(ports("10.0.0.1", {"10.0.0.1:2641", "127.0.0.1:2642"}), Ports{2641});
  EXPECT_EQ(ports("10.0.0.1", {"[::]:2641", "0.0.0.0:2642", "[::1]:2643"}), (Ports{2641, 2642}));
  EXPECT_EQ(ports("2001:db8::1", {"[::]:2641", "0.0.0.0:2642"}), Ports{2641});
  EXPECT_EQ(ports("10.0.0.1", {"10.0.0.1:2641", "[::]:2641"}), Ports{2641}) << "each once";
  EXPECT_EQ(ports("203.0.113.1", {"10.0.0.1:2641"}), Ports{2641}) << "forwarded to us";
}

TEST(SiteConfig, WarnsWhenOthersAreToldToAskThemselves) {
  Config config;
  ASSERT_EQ(ConfigWarnings(config).size(), 1U);
  EXPECT_NE(ConfigWarnings(config).front().find("site.address"), std::string::npos);
  config.site.address = Address::Parse("203.0.113.1").value();
  EXPECT_EQ(ConfigWarnings(config), Problems{});
  config.site.address.reset();
  config.listen.handle = {Endpoint::Parse("127.0.0.1:2641").value()};
  EXPECT_EQ(ConfigWarnings(config), Problems{}) << "nobody else can ask";
}

// Holds a file of the tree to what is generated for it.
void ExpectFile(const std::filesystem::path& file, const std::string& generated) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread is running in this program
  if (std::getenv("IDNODE_WRITE_REFERENCE") != nullptr) {
    std::ofstream(file, std::ios::binary) << generated;
  }
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  EXPECT_TRUE(text.str() == generated)
      << file << " is not what the option table says. Write it anew:\n"
      << "IDNODE_WRITE_REFERENCE=1 build/dev/bin/node_test --gtest_filter='ConfigReference.*'";
}

TEST(ConfigReference, IsThePageInTheTree) {
  ExpectFile(IDNODE_CONFIG_REFERENCE, ConfigReference());
}

TEST(ConfigReference, TheFileThatIsInstalledHasEveryDefault) {
  Config fresh;
  ExpectFile(std::filesystem::path(IDNODE_CONFIG_REFERENCE).replace_filename("idnode.toml"),
             PrintConfig(ConfigTable(fresh)));
}

}  // namespace
}  // namespace idnode::node
