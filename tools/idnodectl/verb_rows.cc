// Many records from a file, over one stream.
//
// Rows that are sent and not yet answered are kept, at most kWindow of them. When the stream breaks
// they are sent again on a new one, with the ids that they had, so none is lost or made twice. A
// row that the node cannot take just now (busy, outcome_unknown) ends the stream and goes the same
// way.
#include <fmt/format.h>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "crypto/digest.h"
#include "line_reader.h"
#include "rows.h"
#include "verbs.h"

namespace idnode::ctl {
namespace {

constexpr std::size_t kWindow = 4096;  // rows without an answer; halved when the node is busy
constexpr std::size_t kLeastWindow = 16;
constexpr std::size_t kWindowOctets = 32 << 20;  // of them together
constexpr std::size_t kMaxRow = 4U << 20;        // octets: what gRPC takes as one message
constexpr std::array kBackoff = {std::chrono::milliseconds(200), std::chrono::milliseconds(600)};

struct Pending {
  std::uint64_t line = 0;
  v1::RegisterRequest request;
};

struct Refusal {
  std::uint64_t line = 0;
  std::string identifier;
  Failure failure;
};

struct Tally {
  std::uint64_t rows = 0;      // read from the file
  std::uint64_t done = 0;      // of them, made by now: repeats included
  std::uint64_t repeated = 0;  // of those, made by an earlier run
  std::uint64_t refused = 0;
};

// What may go better in a moment.
bool IsPassing(std::string_view code) {
  return code == "busy" || code == "unavailable" || code == "read_unavailable" ||
         code == kOutcomeUnknown;
}

// The request id of a row: 16 octets that follow from the run's id and the row's line, so that a
// second run with the same id and file repeats and does not register anew.
std::string RowId(std::string_view run_id, std::uint64_t line) {
  const std::string text = Hex(run_id) + ":" + std::to_string(line);
  const auto digest =
      crypto::Sha256({{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}});
  return {digest.begin(), digest.begin() + 16};
}

class RowRun {
 public:
  RowRun(Session& session, const Rows& options)
      : session_(session),
        door_(options.door),
        run_id_(RequestId(options.request_id, session.language())),
        lines_(options.file, kMaxRow, session.language()) {
    if (session.out().json()) json_.emplace(session.out(), "{\"failures\": ");
  }

  Exit Run() {
    std::optional<Failure> broken;
    for (std::size_t attempt = 0;; ++attempt) {
      const std::uint64_t before = tally_.done + tally_.refused;
      broken = Attempt();
      if (!broken || broken->exit != Exit::kUnavailable) break;
      if (tally_.done + tally_.refused > before) attempt = 0;  // it did get further
      if (attempt == kBackoff.size()) break;
      std::this_thread::sleep_for(kBackoff.at(attempt));
    }
    return Finish(broken);
  }

 private:
  std::optional<Failure> Attempt() {
    pending_.insert(pending_.begin(), std::make_move_iterator(deferred_.begin()),
                    std::make_move_iterator(deferred_.end()));
    deferred_.clear();
    deferral_.reset();
    closed_ = false;
    resent_ = 0;
    answered_ = 0;
    try {
      session_.client().Exchange(
          door_, {[this](v1::RegisterRequest& row) { return Next(row); },
                  [this](const auto& result) { Receive(result); }, [this] { Close(); }});
    } catch (const Failure& failure) {
      return failure;
    }
    if (deferral_ && !misordered_) return deferral_;
    if (misordered_ || !pending_.empty()) {
      return Failure{Exit::kFailed, "stream_broken", "",
                     Say(session_.language(), text::kStreamBroken),
                     Say(session_.language(), text::kStreamBrokenFix)};
    }
    return std::nullopt;
  }

  // The caller's thread: the next row to send, when there is room in the window.
  bool Next(v1::RegisterRequest& row) {
    for (;;) {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] {
        return closed_ || deferral_ || !refusals_.empty() || CanSend() || !Full();
      });
      if (closed_ || deferral_) return false;
      if (CanSend()) {
        row = pending_[resent_++].request;
        return true;
      }
      const bool full = Full();
      lock.unlock();
      ReportRefusals();
      ReportProgress();
      if (!full && !ReadRow()) return false;
    }
  }

  // Takes a line of the file: a good row goes to `pending_`, a bad one is refused right here.
  // False: the file is at its end.
  bool ReadRow() {
    std::string line;
    if (!lines_.Next(line)) return false;
    if (line.find_first_not_of(" \t\r") == std::string::npos) return true;
    Pending pending{lines_.number(), {}};
    std::optional<Failure> failure;
    try {
      if (line.size() > kMaxRow) throw lines_.TooLong();
      pending.request = ParseRow(line, session_.language());
      if (door_ == RowDoor::kRegister) {  // a record that `list` printed has some
        for (v1::Value& value : *pending.request.mutable_values()) value.clear_timestamp_s();
      }
    } catch (const Failure& thrown) {
      failure = thrown;
    }
    if (pending.request.request_id().empty()) {
      pending.request.set_request_id(RowId(run_id_, pending.line));
    }
    const std::lock_guard lock(mutex_);
    ++tally_.rows;
    if (failure) {
      Refuse({pending.line, "", *failure});
    } else {
      pending_octets_ += pending.request.ByteSizeLong();
      pending_.push_back(std::move(pending));
    }
    return true;
  }

  // The stream's thread.
  void Receive(const v1::RegisterStreamResponse& result) {
    const std::lock_guard lock(mutex_);
    if (misordered_ || pending_.empty() || resent_ == 0 || result.row() != answered_) {
      misordered_ = true;
      return;
    }
    ++answered_;
    --resent_;
    Pending& row = pending_.front();
    if (IsPassing(result.problem().code())) {
      if (!deferral_) window_ = std::max(window_ / 2, kLeastWindow);
      deferral_ = FromProblem(result.problem(), Exit::kUnavailable);
      deferred_.push_back(std::move(row));  // stays counted in pending_octets_
      pending_.pop_front();
      room_.notify_one();
      return;
    }
    if (result.has_receipt()) {
      ++tally_.done;
      tally_.repeated += result.receipt().repeated() ? 1 : 0;
    } else {
      Refuse({row.line, row.request.identifier(), FromProblem(result.problem(), Exit::kFailed)});
    }
    pending_octets_ -= row.request.ByteSizeLong();
    pending_.pop_front();
    room_.notify_one();
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_one();
  }

  // REQUIRES: mutex_ held, here and below.
  bool CanSend() const { return resent_ < std::min(pending_.size(), window_); }
  bool Full() const { return pending_.size() >= window_ || pending_octets_ >= kWindowOctets; }

  // Printed later, by the caller's thread.
  void Refuse(Refusal refusal) {
    ++tally_.refused;
    refusals_.push_back(std::move(refusal));
  }

  void ReportRefusals() {
    std::vector<Refusal> refusals;
    {
      const std::lock_guard lock(mutex_);
      refusals.swap(refusals_);
    }
    if (!refusals.empty()) progress_.Wipe();
    for (const Refusal& refusal : refusals) {
      if (json_) {
        json_->Add({{"line", refusal.line},
                    {"identifier", refusal.identifier},
                    {"error",
                     {{"code", refusal.failure.code},
                      {"field", refusal.failure.field},
                      {"cause", refusal.failure.cause},
                      {"fix", refusal.failure.fix}}}});
      } else {
        const std::string name = refusal.identifier.empty() ? "" : refusal.identifier + ": ";
        const Failure& why = refusal.failure;
        Warn(Say(session_.language(), text::kRowRefused, refusal.line, Printable(name + why.cause),
                 why.field.empty() ? "" : " (" + Printable(why.field) + ")", Printable(why.code)));
        if (!why.fix.empty() && why.fix != told_fix_) Warn("  " + Printable(why.fix));
        told_fix_ = why.fix;
      }
    }
  }

  void ReportProgress() {
    if (!progress_.Due()) return;
    const std::lock_guard lock(mutex_);
    const std::uint64_t answered = tally_.done + tally_.refused;
    const double rate = static_cast<double>(answered) / std::max(progress_.seconds(), 0.001);
    progress_.Show(Say(session_.language(), text::kRowProgress, Grouped(answered),
                       Grouped(tally_.refused), Grouped(static_cast<std::uint64_t>(rate))));
  }

  Exit Finish(const std::optional<Failure>& broken) {
    ReportRefusals();
    progress_.Wipe();
    const std::uint64_t open = pending_.size() + deferred_.size();
    Output& out = session_.out();
    if (json_) {
      json_->Close(fmt::format(
          R"(, "rows": {}, "done": {}, "repeated": {}, "refused": {}, "unanswered": {}, )"
          R"("request_id": "{}"}})",
          tally_.rows, tally_.done, tally_.repeated, tally_.refused, open, Hex(run_id_)));
    } else {
      out.Tell(text::kRowSummary, Grouped(tally_.rows), Grouped(tally_.done),
               Grouped(tally_.repeated), Grouped(tally_.refused), Grouped(open));
    }
    if (broken) {
      Failure failure = *broken;
      if (tally_.rows > 0) {
        failure.parameters["request_id"] = Hex(run_id_);
        failure.fix += " " + Say(session_.language(), text::kRunAgain, Hex(run_id_));
      }
      if (tally_.done > 0) failure.exit = Exit::kPartly;
      throw Failure(std::move(failure));
    }
    if (tally_.refused == 0) return Exit::kDone;
    return tally_.done > 0 ? Exit::kPartly : Exit::kFailed;
  }

  Session& session_;
  RowDoor door_;
  std::string run_id_;
  LineReader lines_;
  std::optional<JsonRows> json_;
  Progress progress_;
  std::string told_fix_;  // of the refusal before: a thousand alike are told once how to mend them

  std::mutex mutex_;
  std::condition_variable room_;
  // Below: under mutex_ while a stream is open.
  std::deque<Pending> pending_;
  std::size_t pending_octets_ = 0;
  std::size_t window_ = kWindow;
  std::size_t resent_ = 0;           // how many of pending_, from the front, are on this stream
  std::uint64_t answered_ = 0;       // on this stream
  std::deque<Pending> deferred_;     // answered on this stream with a problem that may pass
  std::optional<Failure> deferral_;  // the last such problem
  bool closed_ = false;
  bool misordered_ = false;
  std::vector<Refusal> refusals_;
  Tally tally_;
};

}  // namespace

Exit Run(Session& session, const Rows& options) { return RowRun(session, options).Run(); }

}  // namespace idnode::ctl
