#include "store/rocksdb/rocks_engine.h"

#include <cerrno>
#include <optional>
#include <type_traits>
#include <utility>

#include "store/rocksdb/rocks_database.h"
#include "store/rocksdb/rocks_opener.h"
#include "store/rocksdb/rocks_status.h"

namespace idnode::store {

// Holds nothing of the database but its snapshot, and that only until the database is closed.
class RocksEngine::Moment final : public Snapshot {
 public:
  // REQUIRES: the caller is inside the gate.
  explicit Moment(const RocksEngine& engine)
      : engine_(engine), at_(engine.database_->TakeSnapshot()) {
    const std::lock_guard lock(engine_.moments_mutex_);
    engine_.moments_.insert(this);
  }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;
  ~Moment() override {
    const ReaderGate::Pass pass(engine_.gate_);
    const std::lock_guard lock(engine_.moments_mutex_);
    engine_.moments_.erase(this);
    if (!ended_) engine_.database_->ReleaseSnapshot(at_);
  }

  // REQUIRES: the gate is closed, and the database still open.
  void End() {
    engine_.database_->ReleaseSnapshot(at_);
    ended_ = true;
  }

  Status Get(Family family, std::string_view key, std::string& value) const override {
    return Within([&](const RocksDatabase& database) -> Status {
      return database.Get(at_, family, key, value);
    });
  }
  Result<std::vector<std::optional<std::string>>> MultiGet(
      Family family, std::span<const std::string_view> keys) const override {
    return Within(
        [&](const RocksDatabase& database) { return database.MultiGet(at_, family, keys); });
  }
  Result<std::vector<Row>> Scan(Family family, std::string_view from,
                                std::size_t limit) const override {
    return Within(
        [&](const RocksDatabase& database) { return database.Scan(at_, family, from, limit); });
  }
  Result<std::string> Head() const override {
    return Within([&](const RocksDatabase& database) { return database.Head(at_); });
  }

 private:
  template <typename Read>
  std::invoke_result_t<Read, const RocksDatabase&> Within(Read read) const {
    const ReaderGate::Pass pass(engine_.gate_);
    if (ended_) return Error{Errc::kUnavailable, 0, "the snapshot has ended: reopened"};
    return read(*engine_.database_);
  }

  const RocksEngine& engine_;
  const RocksDatabase::At at_;
  bool ended_ = false;  // written while the gate is closed, read inside it
};

template <typename Read>
std::invoke_result_t<Read, const RocksDatabase&> RocksEngine::Within(Read read) const {
  const ReaderGate::Pass pass(gate_);
  if (database_ == nullptr) return Error{Errc::kUnavailable, 0, "not open: reopening failed"};
  return read(*database_);
}

RocksEngine::RocksEngine(Options options, std::unique_ptr<const RocksOpener> opener,
                         std::unique_ptr<RocksDatabase> database)
    : options_(std::move(options)), opener_(std::move(opener)), database_(std::move(database)) {}

RocksEngine::~RocksEngine() = default;

Result<std::unique_ptr<RocksEngine>> RocksEngine::Open(const std::filesystem::path& directory,
                                                       const Options& options,
                                                       std::string* reason) {
  auto opener = std::make_unique<const RocksOpener>(directory, options);
  std::string unread;
  auto database =
      opener->Open(options.read_only ? RocksOpener::Mode::kRead : RocksOpener::Mode::kWrite,
                   reason != nullptr ? *reason : unread);
  if (!database.ok()) return database.error();
  return std::unique_ptr<RocksEngine>(
      new RocksEngine(options, std::move(opener), std::move(database).value()));
}

Status RocksEngine::Get(Family family, std::string_view key, std::string& value) const {
  return Within(
      [&](const RocksDatabase& database) { return database.Get(nullptr, family, key, value); });
}

Result<std::vector<std::optional<std::string>>> RocksEngine::MultiGet(
    Family family, std::span<const std::string_view> keys) const {
  return Within(
      [&](const RocksDatabase& database) { return database.MultiGet(nullptr, family, keys); });
}

Result<std::vector<Row>> RocksEngine::Scan(Family family, std::string_view from,
                                           std::size_t limit) const {
  return Within(
      [&](const RocksDatabase& database) { return database.Scan(nullptr, family, from, limit); });
}

Result<std::string> RocksEngine::Head() const {
  if (unsettled_.load(std::memory_order_relaxed)) {
    return Error{Errc::kUnavailable, 0, "a write has failed; reopen"};
  }
  return Within([](const RocksDatabase& database) { return database.Head(nullptr); });
}

Result<std::unique_ptr<Snapshot>> RocksEngine::TakeSnapshot() const {
  return Within([&](const RocksDatabase&) -> Result<std::unique_ptr<Snapshot>> {
    return std::unique_ptr<Snapshot>(std::make_unique<Moment>(*this));
  });
}

Result<Outcome> RocksEngine::Apply(std::string_view expected_head, std::string_view next_head,
                                   std::span<const Put> puts, std::span<const Erase> erases) {
  if (options_.read_only) return Error{Errc::kUnavailable, 0, "opened only to be read"};
  const Result<std::string> head = Head();
  if (!head.ok()) return head.error();
  if (head.value() != expected_head) return Outcome::kStale;
  if (const Status room = CheckRoom(); !room.ok()) return room.error();

  // No pass: the one thread that could close the gate is this one.
  const rocksdb::Status written = database_->Write(expected_head, next_head, puts, erases);
  if (written.ok()) return Outcome::kCommitted;
  unsettled_.store(true, std::memory_order_relaxed);
  if (options_.report) options_.report("a commit has failed: " + written.ToString());
  return Outcome::kUnknown;
}

Status RocksEngine::Reopen() {
  if (options_.read_only) return Error{Errc::kUnavailable, 0, "opened only to be read"};
  if (const Status room = CheckRoom(); !room.ok()) {
    unsettled_.store(true, std::memory_order_relaxed);
    return room;
  }
  // Readers wait only while what they read is taken from them. A database that is open for writing
  // has to go first, or its lock would keep us out; what an earlier failure has left, if anything,
  // goes once there is another.
  std::optional<ReaderGate::Closed> closed;
  if (database_ != nullptr && database_->writable()) CloseDatabase(closed);
  std::string reason;
  auto database = opener_->Open(RocksOpener::Mode::kAgain, reason);
  if (!database.ok()) {
    if (database_ == nullptr) OpenForReaders(closed);
    return Fail(database.error(), reason);
  }
  if (!closed.has_value()) CloseDatabase(closed);
  database_ = std::move(database).value();
  told_.reset();
  unsettled_.store(false, std::memory_order_relaxed);
  return {};
}

void RocksEngine::CloseDatabase(std::optional<ReaderGate::Closed>& closed) {
  closed.emplace(gate_);
  EndSnapshots();
  database_.reset();
}

void RocksEngine::OpenForReaders(std::optional<ReaderGate::Closed>& closed) {
  std::string unread;
  auto database = opener_->Open(RocksOpener::Mode::kRead, unread);
  if (!database.ok()) return;
  if (!closed.has_value()) closed.emplace(gate_);
  database_ = std::move(database).value();
}

// Once the disk is full, it takes a good deal of room to go on, or the two would alternate.
Status RocksEngine::CheckRoom() {
  const std::uint64_t reserve = options_.reserve_octets;
  const std::uint64_t needed = full_ ? reserve + reserve / 4 : reserve;
  const std::uint64_t free = opener_->FreeOctets();
  if (free >= needed) {
    full_ = false;
    return {};
  }
  if (!full_ && options_.report) {
    options_.report("the disk is full: " + std::to_string(free >> 20) + " MiB are free and " +
                    std::to_string(reserve >> 20) +
                    " MiB are kept in reserve; changes are refused until " +
                    std::to_string((reserve + reserve / 4) >> 20) + " MiB are free");
  }
  full_ = true;
  return Error{Errc::kUnavailable, ENOSPC, "the disk is full"};
}

// Tells only what is new, however often it is tried.
Status RocksEngine::Fail(const Error& error, const std::string& reason) {
  unsettled_.store(true, std::memory_order_relaxed);
  const bool is_news =
      !told_.has_value() || told_->code != error.code || told_->detail != error.detail;
  told_ = error;
  if (is_news && options_.report) options_.report(reason);
  const Errc code = error.code == Errc::kCorrupt ? Errc::kCorrupt : Errc::kUnavailable;
  return Error{code, error.detail, "reopen database"};
}

void RocksEngine::EndSnapshots() {
  const std::lock_guard lock(moments_mutex_);
  for (Moment* moment : moments_) moment->End();
  moments_.clear();
}

}  // namespace idnode::store
