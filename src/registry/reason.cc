#include "registry/reason.h"

#include <array>
#include <string_view>

namespace idnode::registry {
namespace {

struct Row {
  std::string_view what;  // of the error
  Words reason;
};

constexpr auto kRows = std::to_array<Row>({
    {"the node is stopping", {"the node is stopping", "节点正在停止"}},
    {"the disk is full", {"the disk is full", "磁盘已满"}},
    {"the store failed", {"the store failed", "存储发生故障"}},
    {"out of memory", {"it is out of memory", "内存不足"}},
    {"a write has failed; reopen",
     {"a write has failed, and the store is being opened again", "写入失败，正在重新打开存储"}},
    {"not open: reopening failed", {"the store could not be opened again", "存储未能重新打开"}},
    {"reopen database", {"the store could not be opened again", "存储未能重新打开"}},
    {"the snapshot has ended: reopened",
     {"the store was opened again while it was read", "读取期间存储被重新打开"}},
    {"opened only to be read", {"the store was opened only to be read", "存储以只读方式打开"}},
    {"acknowledged entries are missing from the store",
     {"acknowledged entries are missing from the store", "存储缺少已确认的日志条目"}},
    {"another process writes to this store",
     {"another process writes to this store", "另有进程在写入该存储"}},
    {"the store does not settle a commit",
     {"the store does not settle a commit", "存储无法确定一次提交的结果"}},
    {"the store changed under every attempt",
     {"the store changed under every attempt", "每次尝试时存储都已改变"}},
    {"entry larger than a commit",
     {"the entry is larger than a commit may be", "日志条目超过一次提交的上限"}},
    {"clock behind", {"the clock is behind the last entry", "时钟落后于最后一条日志"}},
    {"clock ahead", {"the clock has jumped ahead", "时钟突然前跳"}},
    {"checksum of a stored value", {"a checksum does not match", "校验和不符"}},
    {"stored value without checksum", {"a checksum is missing", "缺少校验和"}},
    {"counts fall", {"counts fall from one day to the next", "累计数逐日减少"}},
    {"leaf missing", {"an entry is missing", "缺少日志条目"}},
    {"leaf of a request", {"an entry is missing", "缺少日志条目"}},
});

}  // namespace

Words ReasonOf(const Error& error) noexcept {
  for (const Row& row : kRows) {
    if (row.what == error.what) return row.reason;
  }
  switch (error.code) {
    case Errc::kCorrupt:
      return {"a row does not read", "数据行无法读出"};
    case Errc::kInternal:
      return {"a fault of its own", "程序自身故障"};
    default:
      return {"the store does not answer", "存储无响应"};
  }
}

}  // namespace idnode::registry
