#include "registry/problem.h"

#include <array>

namespace idnode::registry {
namespace {

constexpr std::array<ProblemTexts, kCodes> kRows{{
    {Code::kIdentifierMalformed, "identifier_malformed", Category::kInvalid,
     "The identifier {identifier} is malformed: {reason}.",
     "Write prefix/suffix, for example 88.118.1001/SKU-000017: UTF-8, at most 255 characters, no "
     "control characters, no blanks at the ends.",
     "标识 {identifier} 格式错误：{reason}。",
     "请按“前缀/后缀”书写，例如 88.118.1001/SKU-000017：UTF-8 编码，至多 255 "
     "个字符，不含控制字符，首尾无空格。"},
    {Code::kIdentifierReserved, "identifier_reserved", Category::kDenied,
     "The identifier {identifier} has a reserved form.",
     "Choose another suffix, or have an administrator import it.",
     "标识 {identifier} 属于保留形式。", "请改用其他后缀，或由管理员导入。"},
    {Code::kIdentifierExists, "identifier_exists", Category::kExists,
     "The identifier {identifier} is registered already, by entry {seq}.",
     "Update it instead, or choose another identifier.",
     "标识 {identifier} 已存在（日志条目 {seq}）。", "请改为更新该标识，或换用其他标识。"},
    {Code::kIdentifierNotFound, "identifier_not_found", Category::kNotFound,
     "There is no identifier {identifier}.", "Check the spelling, or register it first.",
     "标识 {identifier} 不存在。", "请核对拼写，或先注册该标识。"},
    {Code::kPrefixMalformed, "prefix_malformed", Category::kInvalid,
     "The prefix {prefix} is malformed: {reason}.",
     "Write segments joined by dots, for example 88.118.1001: letters, digits, - and _, at most 64 "
     "characters.",
     "前缀 {prefix} 格式错误：{reason}。",
     "请用点号连接各段，例如 88.118.1001：字母、数字、- 和 _，至多 64 个字符。"},
    {Code::kPrefixUnknown, "prefix_unknown", Category::kNotFound,
     "The prefix {prefix} is not served by this node.",
     "Check the prefix; an administrator adds one with: idnodectl prefix add {prefix}",
     "本节点不提供前缀 {prefix} 的服务。",
     "请核对前缀；管理员可用命令添加：idnodectl prefix add {prefix}"},
    {Code::kPrefixExists, "prefix_exists", Category::kExists,
     "The prefix {prefix} has been added already, by entry {seq}, with another {difference}.",
     "Look how it was added: idnodectl prefix list. Neither its name nor its case policy can be "
     "changed.",
     "前缀 {prefix} 已添加（日志条目 {seq}），但{difference}不同。",
     "请查看添加时的属性：idnodectl prefix list。其名称和大小写规则均不可更改。"},
    {Code::kPrefixNotOurs, "prefix_not_ours", Category::kInvalid,
     "The prefix {prefix} is not below this node's prefix {node_prefix}.",
     "Add a prefix below {node_prefix}, or change node.prefix in the configuration.",
     "前缀 {prefix} 不属于本节点前缀 {node_prefix}。",
     "请添加 {node_prefix} 之下的前缀，或修改配置项 node.prefix。"},
    {Code::kNameMalformed, "name_malformed", Category::kInvalid, "The name is malformed: {reason}.",
     "Give UTF-8 text of at most 200 characters without control characters or blanks at its ends.",
     "名称格式错误：{reason}。", "请使用至多 200 个字符、不含控制字符且首尾无空格的 UTF-8 文本。"},
    {Code::kValuesMissing, "values_missing", Category::kInvalid, "The record has no value.",
     "Give at least one value.", "记录没有任何值。", "请至少提供一个值。"},
    {Code::kValuesTooMany, "values_too_many", Category::kInvalid,
     "The record has {count} values; the limit is {limit}.",
     "Give fewer values, or raise limits.values_per_record in the configuration.",
     "记录有 {count} 个值，上限为 {limit}。",
     "请减少值的数量，或调高配置项 limits.values_per_record。"},
    {Code::kValuesNotFound, "values_not_found", Category::kNotFound,
     "The identifier {identifier} has no public value that was asked for.",
     "Ask for other indexes or types, or for all values.", "标识 {identifier} 没有所请求的公开值。",
     "请改用其他索引或类型，或请求全部值。"},
    {Code::kRecordTooLarge, "record_too_large", Category::kInvalid,
     "The record has {size} octets; the limit is {limit}.",
     "Give fewer or shorter values, or raise limits.record_octets in the configuration.",
     "记录有 {size} 个字节，上限为 {limit}。",
     "请减少或缩短值，或调高配置项 limits.record_octets。"},
    {Code::kValueIndexInvalid, "value_index_invalid", Category::kInvalid,
     "The index {index} is not allowed.", "Use an index from 1 to 2147483647.",
     "索引 {index} 不允许使用。", "请使用 1 至 2147483647 之间的索引。"},
    {Code::kValueIndexDuplicate, "value_index_duplicate", Category::kInvalid,
     "The index {index} occurs twice in the record.", "Give every value an index of its own.",
     "索引 {index} 在记录中重复出现。", "请为每个值使用不同的索引。"},
    {Code::kValueTypeMissing, "value_type_missing", Category::kInvalid, "The value has no type.",
     "Name a type, for example URL.", "该值没有类型。", "请给出类型，例如 URL。"},
    {Code::kValueTypeMalformed, "value_type_malformed", Category::kInvalid,
     "The type {type} is malformed: {reason}.",
     "Use UTF-8 text of at most 128 characters without control characters.",
     "类型 {type} 格式错误：{reason}。", "请使用至多 128 个字符、不含控制字符的 UTF-8 文本。"},
    {Code::kValuePermissionsInvalid, "value_permissions_invalid", Category::kInvalid,
     "The permissions {permissions} are not allowed.", "Use a number from 0 to 15; 14 is usual.",
     "权限 {permissions} 不允许使用。", "请使用 0 至 15 之间的数，通常为 14。"},
    {Code::kValueTtlInvalid, "value_ttl_invalid", Category::kInvalid,
     "The time to live {ttl} is not allowed.", "Use seconds from 0 to 2147483647.",
     "生存时间 {ttl} 不允许使用。", "请使用 0 至 2147483647 秒。"},
    {Code::kValueReferenceInvalid, "value_reference_invalid", Category::kInvalid,
     "The reference is not allowed: {reason}.",
     "Refer to prefix/suffix of at most 2048 octets, and an index of at most 2147483647; at most "
     "64 "
     "references a value.",
     "引用不允许：{reason}。",
     "请引用至多 2048 字节的“前缀/后缀”及不大于 2147483647 的索引；每个值至多 64 个引用。"},
    {Code::kValueTimestampRefused, "value_timestamp_refused", Category::kInvalid,
     "The node sets the timestamps of values itself.", "Leave timestamp_s out.",
     "值的时间戳由节点设置。", "请不要填写 timestamp_s。"},
    {Code::kValueSecretRefused, "value_secret_refused", Category::kInvalid,
     "This node does not store secret keys (type {type}).", "Leave the value out.",
     "本节点不存储密钥（类型 {type}）。", "请去掉该值。"},
    {Code::kSeqMismatch, "seq_mismatch", Category::kConflict,
     "The record was changed by entry {seq}; the request expects {expected}.",
     "Get the record again, look at what has changed, and repeat the change with its new seq.",
     "记录已被条目 {seq} 修改，而请求期望 {expected}。",
     "请重新获取记录，查看变更后用新的序号再次提交。"},
    {Code::kRequestIdMalformed, "request_id_malformed", Category::kInvalid,
     "The request id has {size} octets; it must have 16.",
     "Send 16 random octets, or none for a request that is never repeated.",
     "请求编号有 {size} 个字节，应为 16 个。", "请发送 16 个随机字节；若不重发则可留空。"},
    {Code::kRequestIdReused, "request_id_reused", Category::kConflict,
     "The request id has been used for another request.",
     "Use a new request id for every new request; the same one only to repeat the same request.",
     "该请求编号已用于另一请求。",
     "每个新请求请使用新的请求编号；只有重发同一请求时才用相同的请求编号。"},
    {Code::kTokenMissing, "token_missing", Category::kUnauthenticated, "The call carries no token.",
     "Send the metadata authorization: Bearer TOKEN (idnodectl: --token-file FILE).",
     "调用未携带令牌。",
     "请发送元数据 authorization: Bearer TOKEN（idnodectl：--token-file 文件）。"},
    {Code::kTokenUnknown, "token_unknown", Category::kUnauthenticated,
     "The token is not known to this node.", "Check the token, or have an administrator add one.",
     "本节点不认识该令牌。", "请核对令牌，或请管理员添加。"},
    {Code::kTokenExpired, "token_expired", Category::kUnauthenticated,
     "The token {token} has expired.", "Have an administrator add a new one.",
     "令牌 {token} 已过期。", "请管理员添加新的令牌。"},
    {Code::kTokenRevoked, "token_revoked", Category::kUnauthenticated,
     "The token {token} has been revoked.", "Have an administrator add a new one.",
     "令牌 {token} 已被吊销。", "请管理员添加新的令牌。"},
    {Code::kTokenMalformed, "token_malformed", Category::kInvalid,
     "The token cannot be added: {reason}.",
     "Give at least one scope, either all_prefixes or a list of prefixes, the SHA-256 of the "
     "secret, "
     "and, if it is to expire, a time to come.",
     "无法添加令牌：{reason}。",
     "请给出至少一个权限范围、全部前缀或前缀列表、密钥的 SHA-256；如设过期时间，须晚于当前时间。"},
    {Code::kTokenExists, "token_exists", Category::kExists,
     "The token {token} has been added already.", "Make a new secret.", "令牌 {token} 已存在。",
     "请生成新的密钥。"},
    {Code::kTokenNotFound, "token_not_found", Category::kNotFound, "There is no token {token}.",
     "List the tokens: idnodectl token list", "令牌 {token} 不存在。",
     "请查看令牌列表：idnodectl token list"},
    {Code::kLastAdministrator, "last_administrator", Category::kConflict,
     "The token {token} is the only one left that is an administrator's: of scope admin, for all "
     "prefixes, not expired.",
     "Add another one first: idnodectl token add NAME --scope admin --all-prefixes --out FILE",
     "令牌 {token} 是仅存的有效管理员令牌（admin 权限、全部前缀、未过期）。",
     "请先添加另一个：idnodectl token add 名称 --scope admin --all-prefixes --out 文件"},
    {Code::kPermissionDenied, "permission_denied", Category::kDenied,
     "The token {token} lacks the scope {scope} for {prefix}.",
     "Use another token, or have an administrator add one with this scope and prefix.",
     "令牌 {token} 对 {prefix} 没有 {scope} 权限。",
     "请改用其他令牌，或请管理员添加具有该权限和前缀的令牌。"},
    {Code::kCursorMalformed, "cursor_malformed", Category::kInvalid, "The cursor cannot be read.",
     "Send a cursor exactly as it was received, or none to begin anew.", "无法读取游标。",
     "请原样发送收到的游标；留空则从头开始。"},
    {Code::kCursorForeign, "cursor_foreign", Category::kConflict,
     "The cursor belongs to another log: the data of this node has been replaced.",
     "Empty the receiver and begin without a cursor.", "游标属于另一份日志：本节点的数据已被替换。",
     "请清空接收端，并从空游标重新开始。"},
    {Code::kDayMalformed, "day_malformed", Category::kInvalid, "{day} is not a day.",
     "Write it as 2026-01-31.", "{day} 不是有效日期。", "请按 2026-01-31 的格式书写。"},
    {Code::kPeriodReversed, "period_reversed", Category::kInvalid,
     "The period ends on {to}, before it begins on {from}.", "Exchange the two days.",
     "时间段的结束日 {to} 早于开始日 {from}。", "请交换这两个日期。"},
    {Code::kBatchTooLarge, "batch_too_large", Category::kInvalid,
     "The batch has {count} items; the limit is {limit}.", "Split it.",
     "批量请求有 {count} 项，上限为 {limit}。", "请拆分后再提交。"},
    {Code::kBusy, "busy", Category::kBusy, "The node has more requests waiting than it takes.",
     "Repeat the request, with the same request id, in a moment.", "节点等待处理的请求过多。",
     "请稍后用相同的请求编号重试。"},
    {Code::kReadBusy, "read_busy", Category::kBusy,
     "The node has more questions waiting than it takes.", "Ask again in a moment.",
     "节点等待处理的查询过多。", "请稍后重试。"},
    {Code::kWatchersFull, "watchers_full", Category::kBusy,
     "The node sends its feed to {limit} receivers already; it takes no more.",
     "End another receiver, or raise grpc.watchers in the configuration.",
     "节点的统计推送已有 {limit} 个接收端，达到上限。",
     "请停止其他接收端，或调高配置项 grpc.watchers。"},
    {Code::kClockRefused, "clock_refused", Category::kUnavailable,
     "The node does not trust its clock ({reason}, {seconds} s), so it takes no changes.",
     "An administrator checks the clock of the machine, then runs: idnodectl clock accept",
     "节点时钟可疑（{reason}，{seconds} 秒），暂不接受变更。",
     "请管理员检查机器时钟，然后执行：idnodectl clock accept"},
    {Code::kOutcomeUnknown, "outcome_unknown", Category::kUnknown,
     "The store failed while the change was being written: it may have happened or not.",
     "Repeat the same request with the same request id until it is answered.",
     "写入过程中存储出现故障：变更可能已生效，也可能未生效。",
     "请用相同的请求编号重复提交同一请求，直到得到答复。"},
    {Code::kUnavailable, "unavailable", Category::kUnavailable,
     "The node cannot do this now: {reason}.",
     "Try again later, a change with the same request id; the node's log tells the operator more.",
     "节点目前无法处理该请求：{reason}。",
     "请稍后重试（变更请用相同的请求编号）；运维人员可查看节点日志。"},
    {Code::kReadUnavailable, "read_unavailable", Category::kUnavailable,
     "The node cannot read its store now: {reason}.",
     "Ask again in a moment; the node's log tells the operator more.",
     "节点目前无法读取存储：{reason}。", "请稍后重试；运维人员可查看节点日志。"},
    {Code::kStoreCorrupt, "store_corrupt", Category::kInternal,
     "Stored data failed its checks: {reason}.",
     "Tell the operator, who runs: idnodectl audit verify", "存储数据未通过校验：{reason}。",
     "请通知运维人员执行：idnodectl audit verify"},
    {Code::kInternal, "internal", Category::kInternal, "The node failed: {reason}.",
     "Tell the operator; the node's log has the details.", "节点内部错误：{reason}。",
     "请通知运维人员查看节点日志。"},
}};

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  }
  return true;
}
static_assert(InOrder());

const ProblemTexts& RowOf(Code code) noexcept { return kRows[static_cast<std::size_t>(code)]; }

// `text` with every {name} replaced.
std::string Fill(std::string_view text, const std::vector<Parameter>& parameters,
                 Language language) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    for (const Parameter& parameter : parameters) {
      const bool translated = language == Language::kChinese && !parameter.chinese.empty();
      if (parameter.name == name) out += translated ? parameter.chinese : parameter.text;
    }
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

Language LanguageOf(std::string_view accept_language) noexcept {
  return accept_language.starts_with("zh") ? Language::kChinese : Language::kEnglish;
}

std::span<const ProblemTexts, kCodes> AllProblems() noexcept { return kRows; }

std::string_view Problem::name() const noexcept { return RowOf(code).name; }

Category Problem::category() const noexcept { return RowOf(code).category; }

std::string Problem::Cause(Language language) const {
  const ProblemTexts& row = RowOf(code);
  return Fill(language == Language::kChinese ? row.chinese_cause : row.english_cause, parameters,
              language);
}

std::string Problem::Fix(Language language) const {
  const ProblemTexts& row = RowOf(code);
  return Fill(language == Language::kChinese ? row.chinese_fix : row.english_fix, parameters,
              language);
}

Parameter ReasonParameter(const Words& reason) {
  return {.name = "reason", .text = reason.english, .chinese = reason.chinese};
}

namespace {

// An error that is none of a store that does not answer for now.
Problem FaultOf(const Error& error) {
  const Code code = error.code == Errc::kCorrupt ? Code::kStoreCorrupt : Code::kInternal;
  return {.code = code, .parameters = {ReasonParameter(ReasonOf(error))}};
}

}  // namespace

Problem FromStore(const Error& error) {
  switch (error.code) {
    case Errc::kUnavailable:
    case Errc::kDenied:     // the system keeps us from a file
    case Errc::kMalformed:  // the store took the read for none that it knows
      return {.code = Code::kReadUnavailable, .parameters = {ReasonParameter(ReasonOf(error))}};
    default:
      return FaultOf(error);
  }
}

Problem FromCommitter(const Error& error) {
  switch (error.code) {
    case Errc::kUnavailable:
    case Errc::kDenied:
    case Errc::kConflict:  // another process writes
      return {.code = Code::kUnavailable, .parameters = {ReasonParameter(ReasonOf(error))}};
    default:
      return FaultOf(error);
  }
}

}  // namespace idnode::registry
