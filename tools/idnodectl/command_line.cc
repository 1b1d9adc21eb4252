#include "command_line.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string_view>

#include "base/quantity.h"
#include "base/utf8.h"

#include "checks.h"
#include "node_options.h"
#include "server_text.h"
#include "usage_words.h"
#include "verbs.h"
#include "words.h"

namespace idnode::ctl {
namespace {

constexpr const char* kDefaultServer = "127.0.0.1:50051";
constexpr std::chrono::milliseconds kMaxTimeout = std::chrono::hours(24);

bool Asks(int argc, const char* const* argv, std::string_view option) {
  return std::find(argv + 1, argv + argc, option) != argv + argc;
}

class Builder {
 public:
  explicit Builder(Language language) : language_(language) {
    line_.globals.language = language;
    line_.globals.server = kDefaultServer;
    app_.name("idnodectl");
    app_.description(Say({"Registers, resolves, counts and audits identifiers on an idnode.",
                          "在 idnode 上注册、解析、统计和审计工业互联网标识。"}));
    app_.fallthrough();  // global options may stand behind the verb, too
    app_.require_subcommand(1);
    app_.get_formatter()->column_width(32);
    app_.get_formatter()->label("SUBCOMMAND", "VERB");
    app_.set_version_flag("--version", "idnodectl " IDNODE_VERSION);
    Globals();
    Records();
    Many();
    Reading();
    Resolving();
    Control();
    Counting();
    Auditing();
    Footer();
  }

  CommandLine Parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
      line_.typed = TypedNames(app_);
    } catch (const CLI::Success& success) {  // --help, --version
      app_.exit(success);
      line_.ended = Exit::kDone;
    } catch (const CLI::ParseError& error) {
      Output(Asks(argc, argv, "--json"), language_)
          .Fail(UsageFailure("", tools::UsageWords(app_, error, language_),
                             ctl::Say(language_, text::kUsageFix, VerbAsked())));
      line_.ended = Exit::kUsage;
    }
    return std::move(line_);
  }

 private:
  std::string Say(const Words& words) const { return words.In(language_); }

  // "idnodectl prefix add", as far as the command line names a verb.
  std::string VerbAsked() const {
    std::string words = app_.get_name();
    for (const CLI::App* at = &app_; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      words += ' ' + at->get_name();
    }
    return words;
  }

  // A verb of `parent`, whose options the caller then binds to `options`.
  template <typename Options>
  CLI::App& Verb(CLI::App& parent, const std::string& name, const Words& help,
                 const std::shared_ptr<Options>& options, const std::string& example = "") {
    CLI::App& verb = *parent.add_subcommand(name, Say(help));
    verb.footer((example.empty() ? "" : Say({"Example:\n  ", "示例：\n  "}) + example + "\n\n") +
                Say({"Global options, exit codes: idnodectl --help",
                     "全局选项和退出码：idnodectl --help"}));
    verb.callback([this, options] {
      line_.verb = [options](Session& session) { return Run(session, *options); };
    });
    return verb;
  }

  CLI::App& Group(const std::string& name, const Words& help) {
    CLI::App& group = *app_.add_subcommand(name, Say(help));
    group.require_subcommand(1);
    return group;
  }

  static CLI::Validator Utf8() {
    return {[](std::string& text) {
              return CountCodePoints(text).ok() ? std::string() : std::string("not UTF-8");
            },
            ""};
  }

  static CLI::Validator Server() {
    return {[](std::string& text) {
              const bool named = tools::IsHostAndPort(text) || text.starts_with("unix:");
              return named ? std::string() : "no HOST:PORT, " + text;
            },
            ""};
  }

  void Identifier(CLI::App& verb, std::string& target) {
    verb.add_option("ID", target, Say({"the identifier: PREFIX/SUFFIX", "标识：前缀/后缀"}))
        ->required()
        ->check(Utf8());
  }

  void RequestId(CLI::App& verb, std::string& target) {
    verb.add_option("--request-id", target,
                    Say({"32 hexadecimal digits; a repeat with the same id is harmless",
                         "32 位十六进制数字；用同一编号重发不会重复执行"}))
        ->type_name("HEX");
  }

  void ValueOptions(CLI::App& verb, RecordValues& values) {
    verb.add_option("--value", values.values,
                    Say({"\"INDEX TYPE DATA\", as often as needed; data may hold blanks",
                         "\"索引 类型 数据\"，可重复；数据可含空格"}))
        ->type_name("VALUE");
    verb.add_option("--value-file", values.files,
                    Say({"\"INDEX TYPE PATH\": the data is the file's content",
                         "\"索引 类型 路径\"：以文件内容为数据"}))
        ->type_name("VALUE");
    verb.add_option("--ttl", values.ttl_s,
                    Say({"how long resolvers may keep these values: seconds, or 90min, 1d (86400)",
                         "解析方可缓存这些值的时长：秒数，或 90min、1d（默认 86400）"}))
        ->transform(TimeToLive())
        ->type_name("SECONDS");
    verb.add_option("--permissions", values.permissions,
                    Say({"8 admin read + 4 admin write + 2 public read + 1 public write (14)",
                         "8 管理员读 + 4 管理员写 + 2 公开读 + 1 公开写（默认 14）"}))
        ->check(NumberFrom(0, 15))
        ->type_name("SUM");
  }

  void ExpectedSeq(CLI::App& verb, std::optional<std::uint64_t>& target) {
    verb.add_option("--expected-seq", target,
                    Say({"refuse if the record's last entry is another by now",
                         "若记录的最新日志序号已改变则拒绝"}))
        ->check(NumberFrom(0))
        ->type_name("SEQ");
  }

  void Globals() {
    ctl::Globals& globals = line_.globals;
    app_.add_option("--server", globals.server,
                    Say({"the node's gRPC address", "节点的 gRPC 地址"}))
        ->envname("IDNODE_SERVER")
        ->check(Server())
        ->type_name("HOST:PORT")
        ->capture_default_str();
    app_.add_option("--token-file", globals.token_file,
                    Say({"file with the token's secret, one line", "存放令牌密钥的文件，一行"}))
        ->envname("IDNODE_TOKEN_FILE")
        ->type_name("FILE");
    app_.add_flag(
        "--json", globals.json,
        Say({"print JSON, of a list an object a line; failures as {\"error\": {...}} on stderr",
             "输出 JSON，列表每行一个对象；失败时在标准错误输出 {\"error\": {...}}"}));
    tools::AddEncryption(app_, globals);
    app_.add_option("--lang", lang_,
                    Say({"zh or en; otherwise as the locale says", "zh 或 en；默认随系统语言环境"}))
        ->check(CLI::IsMember({"zh", "en"}))
        ->type_name("LANG");
    app_.add_option("--timeout", timeout_,
                    Say({"for one try of a call: 500ms, 10s, 2min (10s)",
                         "单次调用的时限：500ms、10s、2min（默认 10s）"}))
        ->check(CLI::Validator(
            [this](std::string& text) {
              const auto duration = ParseDuration(text);
              if (!duration.ok() || duration.value().count() == 0) {
                return std::string("no duration such as 500ms, 10s, 2min");
              }
              line_.globals.timeout = std::min(duration.value(), kMaxTimeout);
              return std::string();
            },
            ""))
        ->type_name("DURATION");
  }

  void Records() {
    const auto update = std::make_shared<ctl::Update>();
    CLI::App& verb =
        Verb(app_, "update", {"replace a record's values", "更新：替换记录的全部值"}, update,
             "idnodectl update 88.118.1001/SKU-1 --value \"1 URL https://example.cn/v2\"");
    Identifier(verb, update->identifier);
    ValueOptions(verb, update->values);
    ExpectedSeq(verb, update->expected_seq);
    RequestId(verb, update->request_id);

    const auto erase = std::make_shared<ctl::Delete>();
    CLI::App& delete_verb =
        Verb(app_, "delete", {"delete a record; its history stays", "删除记录，保留其历史"}, erase,
             "idnodectl delete 88.118.1001/SKU-1");
    Identifier(delete_verb, erase->identifier);
    ExpectedSeq(delete_verb, erase->expected_seq);
    RequestId(delete_verb, erase->request_id);
  }

  // register takes one record from the command line, or many from a file.
  void Many() {
    const auto one = std::make_shared<ctl::Register>();
    const auto rows = std::make_shared<ctl::Rows>();
    CLI::App& verb = Verb(
        app_, "register",
        {"register an identifier, or many from a file", "注册一个标识，或从文件批量注册"}, one,
        "idnodectl register 88.118.1001/SKU-1 --value \"1 URL https://example.cn\" \"2 NAME "
        "六角螺栓 "
        "M8\"\n  idnodectl register --file rows.ndjson\n\n" +
            Say({"A row of the file: ", "文件的一行："}) +
            R"({"identifier": "P/S", "values": [{"index": 1, "type": "URL", "data": "..."}]})");
    CLI::Option* id = verb.add_option("ID", one->identifier,
                                      Say({"the identifier: PREFIX/SUFFIX", "标识：前缀/后缀"}));
    id->check(Utf8());
    ValueOptions(verb, one->values);
    CLI::Option* file = verb.add_option("--file", rows->file,
                                        Say({"rows of JSON, one a line; - is standard input",
                                             "JSON 行文件，每行一条；- 为标准输入"}));
    file->type_name("FILE")->excludes(id);
    for (const char* own : {"--value", "--value-file", "--ttl", "--permissions"}) {
      file->excludes(verb.get_option(own));  // every row has its own
    }
    RequestId(verb, one->request_id);
    verb.callback([this, one, rows, id, file] {
      if (id->count() + file->count() == 0) throw CLI::RequiredError("ID or --file");
      rows->request_id = one->request_id;
      line_.verb = [one, rows](Session& session) {
        return rows->file.empty() ? Run(session, *one) : Run(session, *rows);
      };
    });

    const auto taken = std::make_shared<ctl::Rows>();
    taken->door = RowDoor::kImport;
    CLI::App& import =
        Verb(app_, "import",
             {"take over records as they are (administrator)", "原样导入其他系统的记录（管理员）"},
             taken, "idnodectl import old-system.ndjson");
    import
        .add_option("FILE", taken->file,
                    Say({"rows as for register --file, with timestamps; - is standard input",
                         "格式同 register --file，保留时间戳；- 为标准输入"}))
        ->required();
    RequestId(import, taken->request_id);
  }

  void Reading() {
    const auto get = std::make_shared<ctl::Get>();
    CLI::App& verb =
        Verb(app_, "get", {"show a record with all its values", "查看一条记录的全部值"}, get,
             "idnodectl get 88.118.1001/SKU-1 --json");
    Identifier(verb, get->identifier);
    verb.add_flag("--deleted", get->deleted, Say({"also a deleted one", "包括已删除的"}));

    const auto list = std::make_shared<ctl::List>();
    CLI::App& list_verb = Verb(app_, "list",
                               {"list the identifiers of a prefix (--json: an object a line)",
                                "列出前缀下的标识（--json：每行一个对象）"},
                               list, "idnodectl list 88.118.1001 --limit 20");
    list_verb.add_option("PREFIX", list->prefix, Say({"exactly this prefix", "仅此前缀"}))
        ->required()
        ->check(Utf8());
    list_verb.add_flag("--below", list->below,
                       Say({"and the prefixes derived from it", "包括其下级前缀"}));
    list_verb.add_flag("--values", list->values, Say({"with the values", "同时列出值"}));
    list_verb.add_flag("--deleted", list->deleted, Say({"with the deleted ones", "包括已删除的"}));
    list_verb
        .add_option("--limit", list->limit, Say({"at most so many (all)", "最多条数（默认全部）"}))
        ->check(NumberFrom(1))
        ->type_name("N");
    list_verb
        .add_option("--cursor", list->cursor,
                    Say({"go on from where an earlier list ended, as it said",
                         "从先前列表结束处继续，游标见其输出"}))
        ->check(Utf8())
        ->type_name("CURSOR");
  }

  void Resolving() {
    const auto resolve = std::make_shared<ctl::Resolve>();
    CLI::App& resolve_verb = Verb(
        app_, "resolve", {"resolve an identifier to its public values", "解析标识，得到其公开的值"},
        resolve, "idnodectl resolve 88.118.1001/SKU-1 --type URL");
    Identifier(resolve_verb, resolve->identifier);
    resolve_verb
        .add_option(
            "--index", resolve->indexes,
            Say({"only these indexes, or the types asked for", "仅这些索引（或所列类型）的值"}))
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(NumberFrom(0, kMaxIndex))
        ->type_name("N");
    resolve_verb
        .add_option("--type", resolve->types,
                    Say({"only these types; \"X.\" also means its subtypes",
                         "仅这些类型；\"X.\" 包括其子类型"}))
        ->allow_extra_args(false)
        ->check(Utf8())
        ->type_name("TYPE");
    resolve_verb
        .add_option("--via", resolve->via,
                    Say({"udp, tcp (handle protocol) or grpc", "udp、tcp（Handle 协议）或 grpc"}))
        ->check(CLI::IsMember({"udp", "tcp", "grpc"}))
        ->capture_default_str()
        ->type_name("DOOR");
    resolve_verb
        .add_option("--handle", resolve->handle,
                    Say({"where udp and tcp ask (the server's host, port 2641)",
                         "udp、tcp 的查询地址（默认为服务器主机的 2641 端口）"}))
        ->check(Server())
        ->type_name("HOST:PORT");
  }

  void Control() {
    CLI::App& prefixes = Group("prefix", {"the prefixes that the node serves", "节点服务的前缀"});
    const auto add = std::make_shared<ctl::PrefixAdd>();
    CLI::App& verb = Verb(prefixes, "add", {"serve a prefix", "启用一个前缀"}, add,
                          "idnodectl prefix add 88.118.1001 --name \"宁波紧固件有限公司\"");
    verb.add_option("PREFIX", add->prefix, Say({"such as 88.118.1001", "例如 88.118.1001"}))
        ->required()
        ->check(Utf8());
    verb.add_option("--name", add->name, Say({"whose it is", "所属企业"}))
        ->check(Utf8())
        ->type_name("TEXT");
    verb.add_option("--case", add->case_policy,
                    Say({"fold: abc is ABC; sensitive: it is not. For good",
                         "fold：abc 等同 ABC；sensitive：区分大小写。不可更改"}))
        ->check(CLI::IsMember(AllWords<v1::CasePolicy>()))
        ->capture_default_str()
        ->type_name("POLICY");
    RequestId(verb, add->request_id);
    Verb(prefixes, "list",
         {"list them (--json: an object a line)", "列出前缀（--json：每行一个对象）"},
         std::make_shared<ctl::PrefixList>());

    Tokens();

    CLI::App& clock = Group("clock", {"the node's clock", "节点时钟"});
    const auto accept = std::make_shared<ctl::ClockAccept>();
    RequestId(Verb(clock, "accept",
                   {"take the machine's time as right after a jump (clock_refused)",
                    "时钟跳变（clock_refused）后确认机器时间正确"},
                   accept),
              accept->request_id);
    Verb(app_, "status", {"version, log, whether writes are accepted", "版本、日志、能否写入"},
         std::make_shared<ctl::StatusShow>());
  }

  void Tokens() {
    CLI::App& tokens = Group("token", {"who may do what", "访问令牌"});
    const auto add = std::make_shared<ctl::TokenAdd>();
    CLI::App& verb = Verb(tokens, "add", {"make a token", "新建令牌"}, add,
                          "idnodectl token add \"ERP of Ningbo Fasteners\" --scope register read "
                          "--prefix 88.118.1001 "
                          "--expires 365d --out erp.token");
    verb.add_option("NAME", add->name, Say({"for people", "名称"}))->required()->check(Utf8());
    verb.add_option(
            "--scope", add->scopes,
            Say({"register, read, monitor, audit, admin", "register、read、monitor、audit、admin"}))
        ->required()
        ->delimiter(',')
        ->check(CLI::IsMember(AllWords<v1::Scope>()))
        ->type_name("SCOPE");
    CLI::Option* prefix = verb.add_option(
        "--prefix", add->prefixes, Say({"for this prefix; repeat for more", "适用的前缀，可重复"}));
    prefix->allow_extra_args(false)->check(Utf8())->type_name("PREFIX");
    verb.add_flag("--below", add->below,
                  Say({"and for the prefixes derived from those", "包括其下级前缀"}))
        ->needs(prefix);
    CLI::Option* all = verb.add_flag("--all-prefixes", add->all_prefixes,
                                     Say({"for every prefix", "适用全部前缀"}));
    all->excludes(prefix);
    verb.add_option("--expires", add->expires,
                    Say({"2026-12-31 (that day included) or 90d (never)",
                         "2026-12-31（含当日）或 90d（默认不过期）"}))
        ->type_name("WHEN");
    verb.add_option("--out", add->out_file,
                    Say({"write the secret to this new file, mode 0600",
                         "将密钥写入该新文件（权限 0600）"}))
        ->type_name("FILE");
    verb.callback([this, add, prefix, all] {
      if (prefix->count() + all->count() == 0)
        throw CLI::RequiredError("--prefix or --all-prefixes");
      line_.verb = [add](Session& session) { return Run(session, *add); };
    });
    Verb(tokens, "list",
         {"list them (--json: an object a line)", "列出令牌（--json：每行一个对象）"},
         std::make_shared<ctl::TokenList>());
    const auto revoke = std::make_shared<ctl::TokenRevoke>();
    CLI::App& revoke_verb = Verb(tokens, "revoke", {"end one, for good", "永久吊销令牌"}, revoke);
    revoke_verb
        .add_option("ID", revoke->id,
                    Say({"16 hexadecimal digits, as listed", "16 位十六进制编号，见 token list"}))
        ->required();
    RequestId(revoke_verb, revoke->request_id);
  }

  void Counting() {
    const auto stats = std::make_shared<ctl::Stats>();
    CLI::App& verb = Verb(
        app_, "stats", {"how many were registered", "注册量统计"}, stats,
        "idnodectl stats --prefix 88.118 --below --from 2026-01-01 --to 2026-03-31 --by prefix");
    verb.add_option("--prefix", stats->prefix,
                    Say({"of this prefix (all)", "仅此前缀（默认全部）"}))
        ->check(Utf8())
        ->type_name("PREFIX");
    verb.add_flag("--below", stats->below, Say({"and of those derived from it", "包括其下级前缀"}));
    verb.add_option("--from", stats->from, Say({"first day, in China", "起始日期"}))
        ->type_name("DAY");
    verb.add_option("--to", stats->to, Say({"last day, included", "截止日期（含当日）"}))
        ->type_name("DAY");
    verb.add_option(
            "--by", stats->by,
            Say({"a row for each prefix, day or channel", "按 prefix、day 或 channel 分行"}))
        ->check(CLI::IsMember(AllWords<v1::GroupBy>()))
        ->capture_default_str()
        ->type_name("GROUP");

    const auto watch = std::make_shared<ctl::Watch>();
    CLI::App& watch_verb = Verb(app_, "watch",
                                {"follow the counts as they change (--json: an object a line)",
                                 "持续跟踪统计变化（--json：每行一个对象）"},
                                watch, "idnodectl watch --cursor-file counts.cursor --json");
    CLI::Option* cursor = watch_verb.add_option("--cursor", watch->cursor,
                                                Say({"go on behind this one", "从该游标之后继续"}));
    cursor->type_name("HEX");
    watch_verb
        .add_option("--cursor-file", watch->cursor_file,
                    Say({"keep the cursor here between runs", "用该文件在多次运行之间保存游标"}))
        ->excludes(cursor)
        ->type_name("FILE");
    watch_verb.add_flag("--once", watch->once,
                        Say({"end when everything so far is told", "送达现有变化后结束"}));
  }

  void Auditing() {
    const auto history = std::make_shared<ctl::History>();
    CLI::App& verb =
        Verb(app_, "history",
             {"the log entries of an identifier, newest first (--json: an object a line)",
              "标识的变更历史，由新到旧（--json：每行一个对象）"},
             history);
    Identifier(verb, history->identifier);
    verb.add_option("--limit", history->limit,
                    Say({"at most so many; 0: all (100)", "最多条数；0 为全部（默认 100）"}))
        ->check(NumberFrom(0))
        ->type_name("N");
    Verb(app_, "recount",
         {"count the log anew and compare; exit 1 when not equal",
          "按日志重新计数并比对；不一致时退出码为 1"},
         std::make_shared<ctl::Recount>());

    CLI::App& audit = Group("audit", {"prove what the node says", "审计"});
    const auto verify = std::make_shared<ctl::AuditVerify>();
    CLI::App& verify_verb = Verb(audit, "verify",
                                 {"rebuild every view and the tree from the log and compare",
                                  "由日志重建全部视图和默克尔树并比对"},
                                 verify, "idnodectl audit verify --data /var/lib/idnode");
    verify_verb
        .add_option("--data", verify->data,
                    Say({"a stopped node's directory, read only; without it the node is asked",
                         "已停止节点的数据目录（只读）；省略则查询运行中的节点"}))
        ->type_name("DIR");
    const auto log = std::make_shared<ctl::AuditLog>();
    CLI::App& log_verb =
        Verb(audit, "log",
             {"the log entries, with the octets that are stored (--json: an object a line)",
              "日志条目及其原始字节（--json：每行一个对象）"},
             log, "idnodectl audit log --from 100 --limit 10 --json");
    log_verb.add_option("--from", log->from, Say({"first entry (0)", "起始序号（默认 0）"}))
        ->check(NumberFrom(0))
        ->type_name("SEQ");
    log_verb
        .add_option("--limit", log->limit,
                    Say({"at most so many (to the end)", "最多条数（默认到末尾）"}))
        ->check(NumberFrom(1))
        ->type_name("N");
    log_verb.add_flag("--payload", log->payload, Say({"with the private part", "包括私有部分"}));
  }

  void Footer() {
    app_.footer(Say(
        {"Global options may stand before or behind the verb. Of a verb: idnodectl VERB --help\n\n"
         "Exit codes:\n"
         "  0  done\n"
         "  1  failed: refused by the node, or recount and verify found a difference\n"
         "  2  usage: the command line is wrong, nothing was sent\n"
         "  3  partly done: some rows of many were refused\n"
         "  4  not found\n"
         "  5  denied: no token, a wrong one, or one that may not do this\n"
         "  6  unavailable: no answer, or not now; try again later\n\n"
         "Environment:\n"
         "  IDNODE_SERVER, IDNODE_TOKEN_FILE   as --server, --token-file\n"
         "  LC_ALL, LC_MESSAGES, LANG          the language, unless --lang is given\n\n"
         "Examples:\n"
         "  export IDNODE_TOKEN_FILE=/var/lib/idnode/admin.token\n"
         "  idnodectl prefix add 88.118.1001\n"
         "  idnodectl register 88.118.1001/SKU-1 --value \"1 URL https://example.cn\"\n"
         "  idnodectl resolve 88.118.1001/SKU-1\n"
         "  idnodectl stats --json\n",
         "全局选项写在子命令前后均可。子命令的帮助：idnodectl VERB --help\n\n"
         "退出码：\n"
         "  0  完成\n"
         "  1  失败：被节点拒绝，或 recount、verify 发现差异\n"
         "  2  用法错误：命令行有误，未发送任何请求\n"
         "  3  部分完成：多行中有的被拒绝\n"
         "  4  未找到\n"
         "  5  无权：没有令牌、令牌错误或权限不足\n"
         "  6  不可用：没有应答或暂时不能执行，请稍后重试\n\n"
         "环境变量：\n"
         "  IDNODE_SERVER, IDNODE_TOKEN_FILE   同 --server、--token-file\n"
         "  LC_ALL, LC_MESSAGES, LANG          未给出 --lang 时的语言\n\n"
         "示例：\n"
         "  export IDNODE_TOKEN_FILE=/var/lib/idnode/admin.token\n"
         "  idnodectl prefix add 88.118.1001\n"
         "  idnodectl register 88.118.1001/SKU-1 --value \"1 URL https://example.cn\"\n"
         "  idnodectl resolve 88.118.1001/SKU-1\n"
         "  idnodectl stats --json\n"}));
  }

  Language language_;
  CommandLine line_;
  std::string lang_;
  std::string timeout_;
  CLI::App app_;
};

}  // namespace

CommandLine ParseCommandLine(int argc, const char* const* argv) {
  return Builder(tools::FindLanguage(argc, argv)).Parse(argc, argv);
}

}  // namespace idnode::ctl
