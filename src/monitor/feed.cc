#include "monitor/feed.h"

#include <utility>

#include "ledger/log.h"
#include "monitor/feed_round.h"

namespace idnode::monitor {
namespace {

using registry::Code;
using registry::Problem;

Problem ProblemOf(const Error& error) {
  switch (error.code) {
    case Errc::kMalformed:
      return {.code = Code::kCursorMalformed, .field = "cursor"};
    case Errc::kConflict:
      return {.code = Code::kCursorForeign, .field = "cursor"};
    default:
      return registry::FromStore(error);
  }
}

}  // namespace

Feed::Feed(const store::Engine& store, registry::Principal principal, const Options& options)
    : store_(store),
      principal_(std::move(principal)),
      reach_(registry::ReachOf(principal_)),
      options_(options) {}

Feed::~Feed() = default;

std::variant<std::unique_ptr<Feed>, Problem> Feed::Open(const store::Engine& store,
                                                        registry::Principal principal,
                                                        std::string_view cursor,
                                                        const Options& options) {
  if (auto problem = RequireAny(principal)) return *std::move(problem);
  std::unique_ptr<Feed> feed(new Feed(store, std::move(principal), options));
  if (!cursor.empty()) {
    const Status resumed = feed->Resume(cursor);
    if (!resumed.ok()) return ProblemOf(resumed.error());
  }
  return feed;
}

// Errors: kMalformed, kConflict: of another log, or of another state of this one.
Status Feed::Resume(std::string_view octets) {
  const auto cursor = DecodeFeedCursor(octets);
  if (!cursor.ok()) return cursor.error();
  const auto head = ledger::ReadHead(store_);
  if (!head.ok()) return head.error();
  if (head.value().seq() < cursor.value().seq) return Error{Errc::kConflict, 0, "cursor"};
  const auto ours = CursorAt(store_, cursor.value().seq);
  if (!ours.ok()) return ours.error();
  FeedCursor expected = ours.value();
  expected.reach = cursor.value().reach;
  if (expected != cursor.value()) return Error{Errc::kConflict, 0, "cursor"};
  // With another reach the receiver lacks older rows, too; those that it has do no harm.
  if (cursor.value().reach == reach_) seq_ = cursor.value().seq;
  return {};
}

std::variant<std::optional<v1::WatchResponse>, Problem> Feed::Next() {
  if (round_ == nullptr) {
    const auto begun = Begin();
    if (!begun.ok()) return ProblemOf(begun.error());
    if (!begun.value()) return std::optional<v1::WatchResponse>();
  }
  auto message = round_->Next();
  if (!message.ok()) return ProblemOf(message.error());
  if (!message.value().cursor().empty()) {
    seq_ = round_->to();
    greeted_ = true;
    round_.reset();
  }
  return std::optional(std::move(message).value());
}

// False: there is nothing to say.
Result<bool> Feed::Begin() {
  auto snapshot = store_.TakeSnapshot();
  if (!snapshot.ok()) return snapshot.error();
  const auto head = ledger::ReadHead(*snapshot.value());
  if (!head.ok()) return head.error();
  const ledger::Seq size = head.value().seq();
  if (size == 0 || (size == seq_ && greeted_)) return false;
  auto round = Round::Begin(*this, std::move(snapshot).value(), seq_, size);
  if (!round.ok()) return round.error();
  round_ = std::move(round).value();
  return true;
}

}  // namespace idnode::monitor
