#include "audit/row_check.h"

#include <optional>
#include <string>
#include <utility>

#include "audit/row_cursor.h"
#include "ledger/project.h"
#include "ledger/request_memory.h"
#include "ledger/rows.h"

namespace idnode::audit {
namespace {

using ledger::Seq;
using store::Family;
using store::Row;

// The entry that a row names.
Result<Seq> NamedBy(Family family, std::string_view value) noexcept {
  if (family == Family::kRequests) {
    const auto row = ledger::DecodeRequestRow(value);
    return row.ok() ? Result<Seq>(row.value().seq) : row.error();
  }
  const auto row = ledger::DecodeStateRow(value);
  return row.ok() ? Result<Seq>(row.value().seq) : row.error();
}

// The row that an entry makes in a family, if it makes one. REQUIRES: both parts are there.
std::optional<store::Put> RowOf(const StoredEntry& entry, Family family) {
  std::vector<store::Put> puts;
  ledger::Project({*entry.leaf, *entry.payload}, {}, puts);
  for (store::Put& put : puts) {
    if (put.family == family) return std::move(put);
  }
  return std::nullopt;
}

// Takes the rows of a family out of `sum`.
Status TakeRows(const Task& task, Family family, RowSum& sum) {
  RowCursor rows(task.store, family);
  for (;;) {
    const auto row = rows.Peek();
    if (!row.ok()) return task.Failed(row.error(), family, rows.page_begin());
    if (row.value() == nullptr) return {};
    sum.Remove(family, row.value()->key, row.value()->value);
    rows.Next();
    if (Status going_on = task.steps.Done(1); !going_on.ok()) return going_on;
  }
}

// Reads the rows of one family.
class RowCheck {
 public:
  // `stale` says of an entry why it should not be named.
  RowCheck(const Task& task, Family family, SeqSet& wanted, const Words& stale)
      : task_(task), family_(family), wanted_(wanted), stale_(stale), rows_(task.store, family) {}

  Status Run() {
    std::vector<Row> page;
    do {
      page.clear();
      if (Status read = ReadPage(page); !read.ok()) return read;
      if (Status checked = CheckPage(page); !checked.ok()) return checked;
    } while (!page.empty());
    return {};
  }

 private:
  // The next rows that name an entry.
  Status ReadPage(std::vector<Row>& page) {
    while (page.size() < kPageRows) {
      const auto row = rows_.Peek();
      if (!row.ok()) return task_.Failed(row.error(), family_, rows_.page_begin());
      if (row.value() == nullptr) return {};
      const Result<Seq> seq = NamedBy(family_, row.value()->value);
      if (seq.ok()) {
        page.push_back(*row.value());
        seqs_.push_back(seq.value());
      } else {
        task_.findings.Add(family_, row.value()->key, Unreadable(seq.error()));
      }
      rows_.Next();
      if (Status going_on = task_.steps.Again(); !going_on.ok()) return going_on;
    }
    return {};
  }

  Status CheckPage(const std::vector<Row>& page) {
    const auto entries = ReadEntries(task_.store, seqs_);
    if (!entries.ok()) {
      return task_.Failed(entries.error(), Family::kPayload, ledger::SeqKey(seqs_.front()));
    }
    for (std::size_t i = 0; i < page.size(); ++i) {
      if (auto fault = FaultOf(page[i], seqs_[i], entries.value()[i])) {
        task_.findings.Add(family_, page[i].key, *std::move(fault));
      }
    }
    seqs_.clear();
    return {};
  }

  std::optional<Text> FaultOf(const Row& row, Seq seq, const StoredEntry& entry) {
    if (!entry.leaf.has_value() || !entry.payload.has_value()) {
      return Fill({"cannot be checked: it is of {}, which is missing or damaged",
                   "无法核对：属于{}，而该条目缺失或已损坏"},
                  {Numbered(seq)});
    }
    const std::optional<store::Put> expected = RowOf(entry, family_);
    if (!expected.has_value() || expected->key != row.key) {
      return Fill({"is of {}, which is about something else", "属于{}，而该条目与此无关"},
                  {Numbered(seq)});
    }
    if (row.value != expected->value) return Unlike(row.value, expected->value, Numbered(seq));
    if (!wanted_.Erase(seq)) return Fill(stale_, {Numbered(seq)});
    return std::nullopt;
  }

  const Task& task_;
  const Family family_;
  SeqSet& wanted_;
  const Words stale_;
  RowCursor rows_;
  std::vector<Seq> seqs_;
};

// Shows what is left of `seqs`, page by page. `visit` gets what can be read of each entry; where
// something cannot, that has been told.
template <typename Visit>
Status ForEachLeft(const Task& task, const SeqSet& seqs, Visit visit) {
  std::vector<Seq> page;
  std::optional<Seq> next = seqs.From(0);
  while (next.has_value()) {
    page.clear();
    for (; next.has_value() && page.size() < kPageRows; next = seqs.From(*next + 1)) {
      page.push_back(*next);
    }
    const auto entries = ReadEntries(task.store, page);
    if (!entries.ok()) {
      return task.Failed(entries.error(), Family::kPayload, ledger::SeqKey(page.front()));
    }
    for (std::size_t i = 0; i < page.size(); ++i) {
      const StoredEntry& entry = entries.value()[i];
      if (!entry.leaf.has_value() || !entry.payload.has_value()) continue;
      if (Status visited = visit(page[i], entry); !visited.ok()) return visited;
      if (Status going_on = task.steps.Again(); !going_on.ok()) return going_on;
    }
  }
  return {};
}

Status CheckUnnamed(const Task& task, Seq seq, const StoredEntry& entry) {
  const ledger::Subject subject = ledger::SubjectOf({*entry.leaf, *entry.payload});
  std::string value;
  const Status read = task.store.Get(subject.family, subject.key, value);
  if (read.ok()) {
    task.findings.Add(
        subject.family, subject.key,
        Fill({"is not of {}, its last one", "不属于其最后一个条目（{}）"}, {Numbered(seq)}));
  } else if (read.error().code == Errc::kNotFound) {
    task.findings.Add(subject.family, subject.key, MadeBy(seq));
  } else {
    return task.Failed(read.error(), subject.family, subject.key);
  }
  return {};
}

// An entry that no row of requests names: forgotten, or its id has been used again since.
Status CheckUnremembered(const Task& task, const Memory& memory, Seq seq,
                         const StoredEntry& entry) {
  const std::int64_t time_ms = entry.leaf->time_ms;
  const bool must_be_there = memory.is_exact || ledger::IsRemembered(time_ms, memory.now_ms);
  const std::string key = ledger::RequestKey(entry.payload->actor, entry.payload->request_id);
  std::string value;
  const Status read = task.store.Get(Family::kRequests, key, value);
  if (!read.ok()) {
    if (read.error().code != Errc::kNotFound) {
      return task.Failed(read.error(), Family::kRequests, key);
    }
    if (must_be_there) {
      task.findings.Add(Family::kRequests, key, MadeBy(seq));
    }
    return {};
  }
  const auto row = ledger::DecodeRequestRow(value);
  if (!row.ok()) return {};  // told when it was read
  const Seq other = row.value().seq;
  const auto entries = ReadEntries(task.store, std::vector<Seq>{other});
  if (!entries.ok()) return task.Failed(entries.error(), Family::kLeaf, ledger::SeqKey(other));
  const std::optional<ledger::Leaf>& leaf = entries.value().front().leaf;
  const bool forgotten = leaf.has_value() && !ledger::IsRemembered(time_ms, leaf->time_ms);
  if (other <= seq || !forgotten) {
    task.findings.Add(Family::kRequests, key,
                      Fill({"is of {}, but {} makes it, too", "属于{}，但{}也产生它"},
                           {Numbered(other), Numbered(seq)}));
  }
  return {};
}

}  // namespace

Status CheckStates(const Task& task, Makers& states) {
  const auto families = {Family::kRecords, Family::kControl};
  for (const Family family : families) {
    if (Status read = TakeRows(task, family, states.rows); !read.ok()) return read;
  }
  if (states.rows.IsOfNone()) return {};
  for (const Family family : families) {
    RowCheck check(task, family, states.entries,
                   {"is of {}, which a later one has replaced", "属于{}，而该条目已被后来的取代"});
    if (Status run = check.Run(); !run.ok()) return run;
  }
  return ForEachLeft(task, states.entries, [&](Seq seq, const StoredEntry& entry) {
    return CheckUnnamed(task, seq, entry);
  });
}

Status CheckRequests(const Task& task, const Memory& memory, Makers& requests) {
  if (Status read = TakeRows(task, Family::kRequests, requests.rows); !read.ok()) return read;
  if (requests.rows.IsOfNone()) return {};
  RowCheck check(task, Family::kRequests, requests.entries,
                 {"is of {}, which is forgotten", "属于{}，而该请求已遗忘"});
  if (Status run = check.Run(); !run.ok()) return run;
  return ForEachLeft(task, requests.entries, [&](Seq seq, const StoredEntry& entry) {
    return CheckUnremembered(task, memory, seq, entry);
  });
}

}  // namespace idnode::audit
