#include "audit/verify.h"

#include <limits>
#include <string>
#include <utility>

#include "audit/log_check.h"
#include "audit/row_check.h"
#include "audit/row_cursor.h"
#include "audit/task.h"
#include "ledger/head.h"
#include "ledger/log.h"
#include "ledger/request_memory.h"
#include "ledger/sealed.h"

namespace idnode::audit {
namespace {

using ledger::Head;
using ledger::Seq;
using store::Family;

// One verification. One thread.
class Verifier {
 public:
  Verifier(const store::Readable& store, const VerifyOptions& options)
      : options_(options),
        findings_(options.differences),
        steps_(options.progress),
        task_{store, findings_, steps_} {}

  Status Run() {
    if (Status read = ReadTheHead(); !read.ok()) return read;
    if (Status read = ReadTheMemory(); !read.ok()) return read;
    const std::uint64_t entries = head_.has_value() ? head_->seq() : 0;
    steps_.Expect(4 * entries);  // leaf, payload, and at most a record and a request each

    LogCheck log(task_, head_.has_value() ? std::optional(head_->seq()) : std::nullopt,
                 memory_.from, options_.rule);
    const Status run = log.Run();
    sum_ = log.sum();
    if (!run.ok()) return run;
    CheckTheHead();
    steps_.Expect(steps_.done() + log.states().entries.size() + log.requests().entries.size() +
                  log.counts().rows());

    Status checked = GoOn(log.counts().Finish());
    if (checked.ok()) checked = GoOn(CheckStates(task_, log.states()));
    if (checked.ok()) checked = GoOn(CheckRequests(task_, memory_, log.requests()));
    if (checked.ok()) checked = GoOn(CheckTheRest());
    return checked;
  }

  Verification Report() const {
    Verification out{.entries = sum_.entries,
                     .erased = sum_.erased,
                     .rows = steps_.done(),
                     .differences = findings_.differences(),
                     .difference_count = findings_.count()};
    if (sum_.tree.has_value()) out.root = sum_.tree->Root();
    return out;
  }

 private:
  // What one view's damage ends is the reading of that view.
  static Status GoOn(Status checked) noexcept {
    return !checked.ok() && checked.error().code == Errc::kCorrupt ? Status() : checked;
  }

  void Wrong(Text what) { findings_.Add(Family::kMeta, store::kHeadKey, std::move(what)); }

  Status ReadTheHead() {
    const Result<std::string> stored = task_.store.Head();
    if (!stored.ok()) return task_.Failed(stored.error(), Family::kMeta, store::kHeadKey);
    if (stored.value().empty()) {
      // Right only for an empty store. Then the end of the log is where its entries end.
      const auto leaves = task_.store.Scan(Family::kLeaf, {}, 1);
      if (!leaves.ok()) return task_.Failed(leaves.error(), Family::kLeaf, {});
      if (!leaves.value().empty()) {
        Wrong(Words{"missing, but there are entries", "缺失，但日志中有条目"});
        return {};
      }
      head_.emplace();
      return {};
    }
    Result<Head> head = ledger::DecodeHead(stored.value());
    if (head.ok()) {
      head_ = std::move(head).value();
    } else {
      Wrong(Unreadable(head.error()));
    }
    return {};
  }

  // Requests before an entry are forgotten; then that entry's predecessor has to be old enough, and
  // so have all before it.
  Status ReadTheMemory() {
    // Without a head nobody knows which requests have to be remembered.
    memory_.now_ms = head_.has_value() ? head_->time_ms : std::numeric_limits<std::int64_t>::max();
    const Result<Seq> next = ledger::RequestMemory::ReadProgress(task_.store);
    const auto wrong = [&](Text what) {
      findings_.Add(Family::kJobs, ledger::RequestMemory::kJobKey, std::move(what));
    };
    if (!next.ok()) {
      if (next.error().code != Errc::kCorrupt) return next.error();
      wrong(Unreadable(next.error()));
      return {};
    }
    if (next.value() > 0) {
      const Result<ledger::Leaf> leaf = ledger::ReadLeaf(task_.store, next.value() - 1);
      if (!leaf.ok() && leaf.error().code == Errc::kUnavailable) return leaf.error();
      if (!leaf.ok() || ledger::IsRemembered(leaf.value().time_ms, memory_.now_ms)) {
        wrong(Fill({"says that requests before {} are forgotten, which is too early",
                    "称{}之前的请求已遗忘，为时过早"},
                   {Numbered(next.value())}));
        return {};
      }
    }
    memory_.from = next.value();
    memory_.is_exact = true;
    return {};
  }

  void CheckTheHead() {
    if (options_.mark.has_value() && *options_.mark > sum_.entries) {
      Wrong(Fill({"the log has {} entries, its mark says {}: acknowledged ones are missing",
                  "日志有 {} 条，而标记文件记为 {}：缺少已确认的条目"},
                 {std::to_string(sum_.entries), std::to_string(*options_.mark)}));
    }
    if (!head_.has_value()) return;
    if (sum_.tree.has_value() && head_->tree != *sum_.tree) {
      Wrong(Words{"its tree is not that of the entries", "哈希树与各条目不符"});
    }
    if (head_->time_ms != sum_.time_ms) {
      Wrong(Words{"its time is not that of the last entry", "时间与最后一个条目不符"});
    }
    if (sum_.lag_ms.has_value() && head_->lag_ms != *sum_.lag_ms) {
      Wrong(Fill({"says that a clock was accepted {} ms behind; by the entries it is {}",
                  "称所接受的时钟落后 {} 毫秒；按各条目应为 {} 毫秒"},
                 {std::to_string(head_->lag_ms), std::to_string(*sum_.lag_ms)}));
    }
    if (!head_->gate.empty()) {
      Wrong(Words{"has a gate, and nothing makes one", "含有不应存在的门限状态"});
    }
  }

  Status CheckTheRest() {
    for (const Family family : {Family::kMeta, Family::kJobs}) {
      RowCursor rows(task_.store, family);
      for (;;) {
        const auto row = rows.Peek();
        if (!row.ok()) return task_.Failed(row.error(), family, rows.page_begin());
        if (row.value() == nullptr) break;
        CheckRow(family, *row.value());
        rows.Next();
        if (Status going_on = steps_.Done(1); !going_on.ok()) return going_on;
      }
    }
    return {};
  }

  void CheckRow(Family family, const store::Row& row) {
    if (family == Family::kMeta && row.key != store::kHeadKey) {
      findings_.Add(family, row.key, Words{"no such row is ever made", "不应有这样的行"});
    } else if (!ledger::Unseal(row.value).ok()) {
      findings_.Add(family, row.key, kBadChecksum);
    }
  }

  const VerifyOptions& options_;
  Findings findings_;
  Steps steps_;
  const Task task_;
  std::optional<Head> head_;  // if it can be read
  Memory memory_;
  LogCheck::Sum sum_;
};

}  // namespace

Result<Verification> Verify(const store::Readable& store, const VerifyOptions& options) {
  Verifier verifier(store, options);
  const Status run = verifier.Run();
  // Damage that ended the reading is among the differences.
  if (!run.ok() && run.error().code != Errc::kCorrupt) return run.error();
  return verifier.Report();
}

}  // namespace idnode::audit
