#include "options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "failure.h"
#include "language.h"
#include "node_options.h"
#include "server_text.h"
#include "usage_words.h"

namespace idnode::sink {
namespace {

constexpr Words kDescription{
    R"(Keeps the registration counts of an idnode node in PostgreSQL tables.

Follows the node's feed (Statistics.Watch) and writes every row over the older one, together with the
place where the feed goes on, in one transaction: it may be stopped, killed and started at any time, and
so may the node and the database. One sink writes a schema at a time.)",
    R"(将 idnode 节点的注册统计保存到 PostgreSQL 数据表。

跟踪节点的数据流（Statistics.Watch），以新行覆盖旧行，并在同一事务中记下数据流的续传位置：本程序、节点和数据库
均可随时停止、终止和启动。同一模式同时只由一个本程序写入。)"};

constexpr Words kFooter{
    R"(Tables, made by the first start: counts (cumulative, by prefix, day and channel), feed (how far it was
read); views: totals, daily. Their comments say what is in them: \d+ in psql.

Exit codes: 0 done, 1 failed, 2 usage, 5 denied by the node or the database, 6 unavailable (with --once,
or when another sink writes the schema).

Examples:
  idnode-monitor-sink --server node.example:50051 --ca ca.pem --token-file monitor.token \
      --database "host=db.example dbname=monitoring user=sink"
  idnode-monitor-sink ... --once      # for scripts: bring the tables up to date and end

A password belongs into ~/.pgpass or PGPASSFILE, not into --database, which other users of the machine
can see.)",
    R"(数据表在首次启动时创建：counts（按前缀、日期和渠道的累计数）、feed（已读到的位置）；视图：totals、daily。
各表的说明见 psql 的 \d+。

退出码：0 完成，1 失败，2 用法错误，5 被节点或数据库拒绝，6 不可用（使用 --once 时，或模式正由另一个本程序写入）。

示例：
  idnode-monitor-sink --server node.example:50051 --ca ca.pem --token-file monitor.token \
      --database "host=db.example dbname=monitoring user=sink"
  idnode-monitor-sink ... --once      # 供脚本使用：同步数据表后结束

密码请写入 ~/.pgpass 或 PGPASSFILE，不要写在 --database 中，否则本机其他用户可以看到。)"};

constexpr Words kSeeHelp{"See: idnode-monitor-sink --help", "请参阅：idnode-monitor-sink --help"};

// What CLI11 cannot know. Empty: fine.
Text Check(const Options& options) {
  if (!options.migrate && options.server.empty()) {
    return {"--server is required", "缺少 --server"};
  }
  if (options.schema.empty() || options.schema.size() > 63 || options.schema.rfind("pg_", 0) == 0) {
    return {"--schema: give a name of 1 to 63 octets that does not begin with pg_",
            "--schema：名称应为 1 至 63 字节，且不以 pg_ 开头"};
  }
  if (options.migrate) return {};
  if (!tools::IsHostAndPort(options.server)) {
    return {"--server " + options.server + ": give HOST:PORT, for example 127.0.0.1:50051",
            "--server " + options.server + "：请写成 主机:端口，例如 127.0.0.1:50051"};
  }
  if (const auto fault = tools::TokenInClear(options)) {
    return fault->cause + Text(" ", "") + fault->fix;
  }
  return {};
}

void Declare(CLI::App& app, Options& options, std::string& lang) {
  const auto say = [&](const Words& words) { return words.In(options.language); };
  app.add_option("--server", options.server, say({"the node's gRPC address", "节点的 gRPC 地址"}))
      ->type_name("HOST:PORT");
  app.add_option("--token-file", options.token_file,
                 say({"file with a token of scope \"monitor\"; read again for every connection",
                      "存放权限范围为 monitor 的令牌的文件；每次连接时重新读取"}))
      ->type_name("FILE");
  tools::AddEncryption(app, options);
  app.add_option("--database", options.database,
                 say({"connection string of PostgreSQL; what it leaves out comes from PGHOST, "
                      "PGUSER, ...",
                      "PostgreSQL 连接串；未给出的部分取自 PGHOST、PGUSER 等"}))
      ->type_name("CONNINFO")
      ->required();
  app.add_option("--schema", options.schema,
                 say({"schema to write; is made if it does not exist", "写入的模式，不存在时创建"}))
      ->type_name("NAME")
      ->capture_default_str();
  auto* once =
      app.add_flag("--once", options.once,
                   say({"end as soon as the tables are up to date", "数据表同步后即结束"}));
  auto* reset = app.add_flag(
      "--reset", options.reset,
      say({"empty the tables and take everything anew: when the node's data was replaced, or the "
           "token may see other prefixes than before",
           "清空数据表并重新获取全部数据：用于节点数据已更换或令牌可见前缀已改变时"}));
  app.add_flag(
         "--migrate", options.migrate,
         say({"only make the tables or bring them to this version, and end; needs no --server",
              "仅创建数据表或升级到本版本后结束；无需 --server"}))
      ->excludes(once)
      ->excludes(reset);
  app.add_flag("--verbose", options.verbose,
               say({"also log every round of the feed", "记录每一轮数据"}));
  app.add_option("--lang", lang,
                 say({"zh or en; otherwise as the locale says", "zh 或 en；默认随系统语言环境"}))
      ->check(CLI::IsMember({"zh", "en"}))
      ->type_name("LANG");
  app.set_version_flag("--version", IDNODE_VERSION);
}

}  // namespace

bool ParseOptions(int argc, char** argv, Options& options, int& exit_code) {
  options.language = tools::FindLanguage(argc, argv);
  CLI::App app(kDescription.In(options.language), "idnode-monitor-sink");
  app.footer(kFooter.In(options.language));
  std::string lang;
  Declare(app, options, lang);
  const auto refuse = [&](const std::string& wrong) {
    std::cerr << "idnode-monitor-sink: " << wrong << "\n  " << kSeeHelp.In(options.language)
              << '\n';
    exit_code = kExitUsage;
    return false;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    exit_code = app.exit(success);
    return false;
  } catch (const CLI::ParseError& error) {
    return refuse(tools::UsageWords(app, error, options.language));
  }
  const Text wrong = Check(options);
  return wrong.english.empty() || refuse(wrong.In(options.language));
}

}  // namespace idnode::sink
