// What idnodectl says, in both of its languages, side by side. What the node says (the cause and
// the fix of a refusal) arrives in the language asked for. The help is in command_line.cc.
//
// {} takes the arguments in order, {0} {1} where a language wants another one.
#pragma once

#include <string>

#include <fmt/format.h>

#include "base/text.h"

namespace idnode::ctl {

template <typename... Args>
std::string Say(Language language, const Words& words, const Args&... args) {
  return fmt::format(fmt::runtime(words.In(language)), args...);
}

namespace text {

// Changes.
inline constexpr Words kCreated{"Registered {0}: entry {1}, {2}.",
                                "已注册 {0}：日志序号 {1}，{2}。"};
inline constexpr Words kRecreated{"Registered {0} again after its deletion: entry {1}, {2}.",
                                  "删除后已重新注册 {0}：日志序号 {1}，{2}。"};
inline constexpr Words kUpdated{"Updated {0}: entry {1}, {2}.", "已更新 {0}：日志序号 {1}，{2}。"};
inline constexpr Words kDeleted{"Deleted {0}: entry {1}, {2}.", "已删除 {0}：日志序号 {1}，{2}。"};
inline constexpr Words kRepeated{"This request had been done before; nothing was done now.",
                                 "该请求此前已执行，本次未做任何改动。"};
inline constexpr Words kPrefixAdded{"Prefix {} is served from now on: entry {}.",
                                    "前缀 {} 已启用：日志序号 {}。"};
inline constexpr Words kTokenAdded{"Added token {} ({}): entry {}.",
                                   "已添加令牌 {}（{}）：日志序号 {}。"};
inline constexpr Words kTokenSecret{"Its secret, shown this once and stored nowhere:",
                                    "令牌密钥如下，仅显示这一次，系统不保存："};
inline constexpr Words kTokenFileWritten{"Its secret is in {}.", "令牌密钥已写入 {}。"};
inline constexpr Words kTokenRevoked{"Revoked token {}: entry {}.", "已吊销令牌 {}：日志序号 {}。"};
inline constexpr Words kClockAccepted{"The node takes {} as the time: entry {}.",
                                      "节点已接受当前时间 {}：日志序号 {}。"};
inline constexpr Words kAskAgain{
    "The change may have been made all the same: to find out, send it again with --request-id {}; "
    "it "
    "will not be made twice.",
    "该改动可能已经生效：请加上 --request-id {} 重发同一命令确认，不会重复执行。"};
inline constexpr Words kTokenUnknown{
    "The token may have been added all the same: look for \"{}\" with \"token list\", revoke it if "
    "its "
    "secret is lost.",
    "令牌可能已经添加：请用 token list 查找“{}”；若密钥已丢失，请吊销。"};

// Records and lists.
inline constexpr Words kRecord{"{0}  (entry {1}, {2})", "{0}  （日志序号 {1}，{2}）"};
inline constexpr Words kRecordDeleted{"{0}  (deleted: entry {1}, {2})",
                                      "{0}  （已删除：日志序号 {1}，{2}）"};
inline constexpr Words kListMore{"There is more; go on with: --cursor {}",
                                 "还有更多；请加上 --cursor {} 继续"};
inline constexpr Words kListGoOn{"What was listed is complete up to here; go on with: --cursor {}",
                                 "此前列出的内容完整；请加上 --cursor {} 从此处继续"};
inline constexpr Words kLogGoOn{"What was read is complete up to here; go on with: --from {}",
                                "此前读出的日志完整；请用 --from {} 从此处继续"};
inline constexpr Words kDeletedMark{"(deleted)", "（已删除）"};
inline constexpr Words kEntry{"Entry {0}  {1}  {2}  by {3}, {4}",
                              "日志条目 {0}  {1}  {2}  渠道 {3}，{4}"};
inline constexpr Words kLeaf{"Entry {0}  {1}  {2}  by {3}", "日志条目 {0}  {1}  {2}  渠道 {3}"};
inline constexpr Words kLeafTotals{
    "  {0}: created {1}, recreated {2}, updated {3}, deleted {4} by then",
    "  {0}：至此新增 {1}，重新注册 {2}，更新 {3}，删除 {4}"};
inline constexpr Words kLogPayload{"{0}  by {1}, request {2}", "{0}  操作者 {1}，请求编号 {2}"};
inline constexpr Words kLogPrefix{"case: {0}, name: {1}", "大小写：{0}，名称：{1}"};
inline constexpr Words kLogToken{"name: {0}, scopes: {1}, prefixes: {2}, expires: {3}",
                                 "名称：{0}，权限范围：{1}，前缀范围：{2}，到期：{3}"};
inline constexpr Words kLogClock{"taken as the time: {}", "确认的时间：{}"};
inline constexpr Words kAllPrefixes{"all", "全部"};
inline constexpr Words kRevoked{"revoked", "已吊销"};
inline constexpr Words kNever{"never", "永不过期"};
inline constexpr Words kTotal{"total", "合计"};

// Titles of columns.
inline constexpr Words kTitleIndex{"INDEX", "索引"};
inline constexpr Words kTitleType{"TYPE", "类型"};
inline constexpr Words kTitleTtl{"TTL", "有效期"};
inline constexpr Words kTitlePermissions{"PERM", "权限"};
inline constexpr Words kTitleData{"DATA", "数据"};
inline constexpr Words kTitlePrefix{"PREFIX", "前缀"};
inline constexpr Words kTitlePrefixes{"PREFIXES", "前缀范围"};
inline constexpr Words kTitleCase{"CASE", "大小写"};
inline constexpr Words kTitleName{"NAME", "名称"};
inline constexpr Words kTitleId{"ID", "编号"};
inline constexpr Words kTitleScopes{"SCOPES", "权限范围"};
inline constexpr Words kTitleExpires{"EXPIRES", "到期"};
inline constexpr Words kTitleDay{"DAY", "日期"};
inline constexpr Words kTitleChannel{"CHANNEL", "渠道"};
inline constexpr Words kTitleCreated{"CREATED", "新增"};
inline constexpr Words kTitleRecreated{"RECREATED", "重新注册"};
inline constexpr Words kTitleUpdated{"UPDATED", "更新"};
inline constexpr Words kTitleDeleted{"DELETED", "删除"};
inline constexpr Words kTitleCount{"SINCE THE START", "启动以来"};
inline constexpr Words kTitleNumber{"NUMBER", "数量"};
inline constexpr Words kTitleActive{"ACTIVE", "有效"};
inline constexpr Words kTitleNet{"NET", "净增"};
inline constexpr Words kTitleActiveAtEnd{"ACTIVE AT END", "期末有效"};

// State, statistics, audit.
inline constexpr Words kStatusName{"Node: {}", "节点：{}"};
inline constexpr Words kStatusVersion{"idnoded {}", "idnoded {}"};
inline constexpr Words kStatusLog{"Log: entries {0}, id {1}", "日志：{0} 条，标识 {1}"};
inline constexpr Words kStatusRoot{"Merkle root: {}", "默克尔树根：{}"};
inline constexpr Words kStatusLast{"Last entry: {}", "最后一条：{}"};
inline constexpr Words kStatusWrites{"Writes are accepted.", "可以写入。"};
inline constexpr Words kStatusNoWrites{"Writes are refused: {}", "拒绝写入：{}"};
inline constexpr Words kActiveAtEnd{
    "Identifiers at the end of the period: {}. Log entries counted: {}.",
    "期末有效标识 {} 个；已统计日志 {} 条。"};
inline constexpr Words kWatchRow{
    "{}  {}  {}: created {}, recreated {}, updated {}, deleted {}, active {}",
    "{}  {}  {}：新增 {}，重新注册 {}，更新 {}，删除 {}，有效 {}"};
inline constexpr Words kWatchRound{"All entries below {} are told. Cursor {}",
                                   "序号 {} 之前的日志均已送达。游标 {}"};
inline constexpr Words kRecountEqual{
    "Equal: the log gives the same counts as those served (prefixes: {}).",
    "一致：按日志重新计数与现有统计相同，共 {} 个前缀。"};
inline constexpr Words kRecountWrong{"NOT equal (prefixes: {0}, differences: {1}).",
                                     "不一致：{0} 个前缀中有 {1} 处差异。"};
inline constexpr Words kRecountTotals{
    "By the log: created {}, recreated {}, updated {}, deleted {}, active {}.",
    "按日志：新增 {}，重新注册 {}，更新 {}，删除 {}，有效 {}。"};
inline constexpr Words kVerifyOk{
    "Verified: every view and the tree agree with the log (entries: {}).",
    "验证通过：{} 条日志，所有视图和默克尔树与之一致。"};
inline constexpr Words kVerifyWrong{
    "WRONG: not everything is as the log says (entries: {0}, differences: {1}).",
    "验证不通过：与 {0} 条日志相比有 {1} 处差异。"};
inline constexpr Words kDifference{"{} {}: {}", "{} {}：{}"};
inline constexpr Words kDataUnreadable{"The data in {} cannot be read: {}.",
                                       "无法读取 {} 中的数据：{}。"};
inline constexpr Words kDataUnreadableFix{
    "Name the --data directory of a node that is stopped; a running one is asked with --server.",
    "请给出已停止节点的 --data 目录；运行中的节点请用 --server 查询。"};
inline constexpr Words kReadProgress{"{0} of {1} rows, {2:.1f} %", "已读 {0} / {1} 行，{2:.1f} %"};

// Rows of a file.
inline constexpr Words kRowRefused{"line {0}: {1}{2} [{3}]", "第 {0} 行：{1}{2} [{3}]"};
inline constexpr Words kRowProgress{"{0} rows, {1} refused, {2} a second",
                                    "已处理 {0} 行，被拒 {1} 行，每秒 {2} 行"};
inline constexpr Words kRowSummary{
    "Rows: {0}. Done: {1} (before this run: {2}), refused: {3}, without an answer: {4}.",
    "共 {0} 行：成功 {1}（其中 {2} 行此前已执行），被拒 {3}，无应答 {4}。"};
inline constexpr Words kRunAgain{
    "Run the same command again with --request-id {}: what was done will not be done twice.",
    "请加上 --request-id {} 重新运行同一命令，已执行的行不会重复执行。"};
inline constexpr Words kRowNoJson{"This is no JSON: {}", "不是合法的 JSON：{}"};
inline constexpr Words kRowNoObject{"A JSON object is expected here.", "此处应为 JSON 对象。"};
inline constexpr Words kRowNoArray{"A JSON array is expected here.", "此处应为 JSON 数组。"};
inline constexpr Words kRowNoString{"Text is expected here.", "此处应为字符串。"};
inline constexpr Words kRowNoNumber{"A whole number from 0 to 4294967295 is expected here.",
                                    "此处应为 0 至 4294967295 的整数。"};
inline constexpr Words kRowNoHex{"Hexadecimal digits, two an octet, are expected here.",
                                 "此处应为十六进制数字，每个字节两位。"};
inline constexpr Words kRowMissing{"This field is missing.", "缺少该字段。"};
inline constexpr Words kRowTwice{"Two fields say the same thing.", "两个字段含义重复。"};
inline constexpr Words kRowUnknownField{"There is no such field.", "没有这个字段。"};
inline constexpr Words kRowDeleted{"A deleted record cannot be taken over.",
                                   "已删除的记录不能导入。"};
inline constexpr Words kRowFix{
    R"(A row is one line: {{"identifier": "P/S", "values": [{{"index": 1, "type": "URL", "data": "..."}}]}})",
    R"(每行一条：{{"identifier": "P/S", "values": [{{"index": 1, "type": "URL", "data": "..."}}]}})"};
inline constexpr Words kRowTooLarge{"This line has more than {} octets.", "该行超过 {} 字节。"};
inline constexpr Words kRowTooLargeFix{"Move large contents elsewhere and register their URL.",
                                       "请将大块内容存放在别处，只注册其 URL。"};

// The command line and files.
inline constexpr Words kValueIndex{"\"{}\" does not begin with an index from 1 to 2147483647.",
                                   "“{}”开头不是 1 至 2147483647 的索引。"};
inline constexpr Words kValueType{"\"{}\" has no type behind its index.",
                                  "“{}”的索引之后没有类型。"};
inline constexpr Words kValueData{"\"{}\" has no data behind its type.",
                                  "“{}”的类型之后没有数据。"};
inline constexpr Words kValueFix{
    "Write \"INDEX TYPE DATA\" in quotation marks, for example \"1 URL https://example.cn\"; the "
    "identifier comes before the values. Empty data: end with a blank.",
    "请用引号写成 \"索引 类型 数据\"，例如 \"1 URL "
    "https://example.cn\"；标识写在值之前。数据为空时以空格结尾。"};
inline constexpr Words kRequestId{"A request id has 32 hexadecimal digits.",
                                  "请求编号应为 32 位十六进制数字。"};
inline constexpr Words kRequestIdFix{"Leave it out, and one is made; or take: openssl rand -hex 16",
                                     "可省略（自动生成），或使用：openssl rand -hex 16"};
inline constexpr Words kExpires{"\"{}\" is neither a day nor a duration.",
                                "“{}”既不是日期也不是时长。"};
inline constexpr Words kExpiresFix{"Write 2026-12-31, 90d or 12h.",
                                   "请写成 2026-12-31、90d 或 12h。"};
inline constexpr Words kCursor{"The cursor is not hexadecimal.", "游标不是十六进制。"};
inline constexpr Words kCursorFix{
    "Take the one that watch printed; without one, every row is told.",
    "请使用 watch 输出的游标；不带游标则送达全部行。"};
inline constexpr Words kUsageFix{"See: {} --help", "请参阅：{} --help"};
inline constexpr Words kFileUnwritable{"{} cannot be written: {}.", "无法写入 {}：{}。"};
inline constexpr Words kFileUnwritableFix{
    "Choose a file that does not exist, in a directory of yours.",
    "请在自己有权限的目录中选择一个尚不存在的文件名。"};
inline constexpr Words kOutputFailed{"The result cannot be written to standard output.",
                                     "无法将结果写到标准输出。"};
inline constexpr Words kOutputFailedFix{"Check for a full disk or a closed pipe.",
                                        "请检查磁盘是否已满或管道是否已关闭。"};
inline constexpr Words kInternal{"A bug in idnodectl: {}", "idnodectl 内部错误：{}"};

// The wire.
inline constexpr Words kNoAnswer{"{0} does not answer: {1}", "{0} 没有应答：{1}"};
inline constexpr Words kNoAnswerFix{
    "Check that idnoded runs, and the address (--server) and encryption (--tls, --ca) it is told.",
    "请检查 idnoded 是否在运行，以及地址（--server）和加密（--tls、--ca）是否正确。"};
inline constexpr Words kHandleFix{
    "Check that idnoded runs and the address of the handle protocol (--handle, port 2641).",
    "请检查 idnoded 是否在运行，以及 Handle 协议地址（--handle，端口 2641）是否正确。"};
inline constexpr Words kHandleUdpFix{
    "Check that idnoded runs and the address of the handle protocol (--handle, port 2641); a node "
    "that is asked too much over UDP is silent: --via tcp.",
    "请检查 idnoded 是否在运行，以及 Handle 协议地址（--handle，端口 2641）是否正确；UDP "
    "请求过多时节点"
    "不作应答，可改用 --via tcp。"};
inline constexpr Words kHandleServer{"\"{}\" is no HOST:PORT.", "“{}”不是 主机:端口。"};
inline constexpr Words kHandleServerFix{"Write --handle 127.0.0.1:2641 or [::1]:2641.",
                                        "请写成 --handle 127.0.0.1:2641 或 [::1]:2641。"};
inline constexpr Words kHandleMalformed{"{0} answers against the handle protocol: {1}",
                                        "{0} 的应答不符合 Handle 协议：{1}"};
inline constexpr Words kHandleMalformedFix{"Check that a handle server listens there.",
                                           "请检查该地址是否为 Handle 服务。"};
inline constexpr Words kHandleRefused{"{} is refused.", "{} 被拒绝。"};
// Behind the cause of a refusal: who says so.
inline constexpr Words kHandleCode{" ({0} answers with code {1}{2})", "（{0} 返回码 {1}{2}）"};
inline constexpr Words kHandleDeniedFix{
    "Only public values are shown to everybody; with a token: idnodectl get {0}",
    "仅公开值可匿名解析；持有令牌时请用：idnodectl get {0}"};
inline constexpr Words kHandleRefusedFix{
    "Ask over another door (--via tcp, --via grpc), and see the log of the server.",
    "请改用其他方式查询（--via tcp、--via grpc），并查看该服务器的日志。"};
inline constexpr Words kCancelled{
    "The node at {} broke the call off: it stops, or has waited too long for its answer to be "
    "taken.",
    "节点 {} 中断了调用：节点正在停止，或答复长时间未被接收。"};
inline constexpr Words kTimeout{"{0} has not answered within {1} ms.",
                                "{0} 在 {1} 毫秒内没有应答。"};
inline constexpr Words kTimeoutFix{"Try again later, or with a longer --timeout.",
                                   "请稍后重试，或加大 --timeout。"};
inline constexpr Words kUnimplemented{"The node at {} does not know this call.",
                                      "{} 上的节点不支持该调用。"};
inline constexpr Words kUnimplementedFix{"Use the idnodectl of the node's version.",
                                         "请使用与节点版本一致的 idnodectl。"};
inline constexpr Words kRpcFailedFix{"The call ended with gRPC status {}.",
                                     "调用以 gRPC 状态码 {} 结束。"};
inline constexpr Words kStreamBroken{"The node ended the stream without answering everything.",
                                     "节点未完整应答就结束了数据流。"};
inline constexpr Words kStreamBrokenFix{"This is the node's fault; see its log.",
                                        "这是节点方面的问题，请查看其日志。"};

}  // namespace text
}  // namespace idnode::ctl
