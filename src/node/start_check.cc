#include "node/start_check.h"

#include <utility>

#include "base/error_words.h"
#include "ledger/committer.h"
#include "ledger/log.h"
#include "registry/control.h"
#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"

namespace idnode::node {
namespace {

// Is it what the directory holds that is at fault, and not the machine at this moment?
bool IsOfTheData(Errc code) noexcept {
  return code == Errc::kCorrupt || code == Errc::kConflict || code == Errc::kTooLarge ||
         code == Errc::kMalformed;
}

[[noreturn]] void Refuse(const Error& error, const std::string& what) {
  if (IsOfTheData(error.code)) throw NeedsOperator(what);
  throw std::runtime_error(what);
}

std::string LogFailure(const Error& error, const std::filesystem::path& directory) {
  const std::string look = "idnodectl audit verify --data " + directory.string();
  switch (error.code) {
    case Errc::kTooLarge:
      return "the data was written by a newer version of idnoded (layout " +
             std::to_string(error.detail) + "); install that version";
    case Errc::kConflict:
      return std::string(error.what) + " (" + std::to_string(error.detail) + "); restore " +
             directory.string() + " from a backup; or look at what is there with " + look +
             ", and remove " + (directory / "mark").string() + " to go on without what is missing";
    case Errc::kCorrupt:
      return "the head of the log in " + (directory / "db").string() + " is damaged (" +
             error.what + ", octet " + std::to_string(error.detail) + "); restore " +
             directory.string() + " from a backup; what is left can be looked at with " + look;
    default:
      return InWords(error);
  }
}

// 0 if there is none.
std::uint64_t ReadMark(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "mark";
  const auto mark = store::MarkFile::Read(file);
  if (mark.ok()) return mark.value().value_or(0);
  Refuse(mark.error(), "the mark file " + file.string() + " cannot be used (" +
                           InWords(mark.error()) +
                           "); if it is damaged, run idnodectl audit verify --data " +
                           directory.string() + ", then remove it");
}

}  // namespace

void RefuseLog(const Error& error, const std::filesystem::path& directory) {
  Refuse(error, LogFailure(error, directory));
}

void RefuseControl(const Error& error, const std::filesystem::path& directory) {
  Refuse(error, "prefixes and tokens cannot be read (" + InWords(error) +
                    "); see what is wrong with: idnodectl audit verify --data " +
                    directory.string());
}

ledger::Head CheckStore(const std::filesystem::path& directory, store::RocksOptions options) {
  const std::uint64_t marked = ReadMark(directory);
  ledger::Head head;
  options.read_only = true;
  std::string reason;
  auto engine = store::RocksEngine::Open(directory / "db", options, &reason);
  if (!engine.ok() && engine.error().code != Errc::kNotFound) Refuse(engine.error(), reason);
  if (engine.ok()) {
    Result<ledger::Head> read = ledger::ReadHead(*engine.value());
    if (!read.ok()) RefuseLog(read.error(), directory);
    head = std::move(read).value();
  }
  const Status ahead = ledger::CheckMark(marked, head);
  if (!ahead.ok()) RefuseLog(ahead.error(), directory);
  if (engine.ok()) {
    registry::ControlTable control(*engine.value());
    const Status loaded = control.Load();
    if (!loaded.ok()) RefuseControl(loaded.error(), directory);
  }
  return head;
}

}  // namespace idnode::node
