#include <fmt/format.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/hex.h"
#include "rows.h"
#include "verbs.h"
#include "words.h"

namespace idnode::ctl {
namespace {

constexpr std::size_t kMaxCursorFile = 4096;  // octets

std::vector<std::string> Cells(const v1::Counts& counts) {
  return {Grouped(counts.created()), Grouped(counts.recreated()), Grouped(counts.updated()),
          Grouped(counts.deleted()), GroupedSigned(counts.active())};
}

Json RowJson(const v1::QueryResponse::Row& row, const std::string& by) {
  Json json = Json::object();
  if (by == "prefix") {
    json["prefix"] = row.prefix();
    json["active_at_end"] = row.active_at_end();
  }
  if (by == "day") json["day"] = row.day();
  if (by == "channel") json["channel"] = Word(row.channel());
  json.update(ToJson(row.counts()));
  return json;
}

std::string GroupOf(const v1::QueryResponse::Row& row, const std::string& by, Language language) {
  if (by == "prefix") return row.prefix();
  return by == "day" ? row.day() : ChannelText(row.channel(), language);
}

std::string StatsText(const v1::QueryResponse& response, const Stats& options, Language language) {
  const bool grouped = options.by != "none";
  const Words& group = options.by == "prefix" ? text::kTitlePrefix
                       : options.by == "day"  ? text::kTitleDay
                                              : text::kTitleChannel;
  // Of a period it is what came and went in it that is counted, not what exists.
  const bool is_state = options.from.empty() && options.by != "day";
  const bool has_end = !is_state && options.by == "prefix";
  std::vector<std::string> titles = {
      grouped ? Say(language, group) : "",
      Say(language, text::kTitleCreated),
      Say(language, text::kTitleRecreated),
      Say(language, text::kTitleUpdated),
      Say(language, text::kTitleDeleted),
      Say(language, is_state ? text::kTitleActive : text::kTitleNet)};
  if (has_end) titles.push_back(Say(language, text::kTitleActiveAtEnd));
  Table table(titles);
  for (std::size_t i = 1; i < titles.size(); ++i) table.AlignRight(i);
  const auto add = [&](const std::string& name, const v1::Counts& counts, std::int64_t at_end) {
    std::vector<std::string> cells = Cells(counts);
    cells.insert(cells.begin(), name);
    if (has_end) cells.push_back(GroupedSigned(at_end));
    table.Add(cells);
  };
  if (grouped) {
    for (const auto& row : response.rows()) {
      add(GroupOf(row, options.by, language), row.counts(), row.active_at_end());
    }
  }
  add(Say(language, text::kTotal), response.total(), response.active_at_end());
  return table.ToText();
}

// The cursor that a run before this one has left; empty: it is the first.
std::string ReadCursor(const Watch& options, Language language) {
  std::string hex = options.cursor;
  if (hex.empty() && !options.cursor_file.empty() &&
      access(options.cursor_file.c_str(), F_OK) == 0) {
    hex = ReadFile(options.cursor_file, kMaxCursorFile, "--cursor-file", language);
    hex.erase(hex.find_last_not_of(" \r\n") + 1);
  }
  const auto cursor = FromHex(hex);
  if (!cursor.ok()) {
    throw UsageFailure(options.cursor.empty() ? "--cursor-file" : "--cursor",
                       Say(language, text::kCursor), Say(language, text::kCursorFix));
  }
  return {cursor.value().begin(), cursor.value().end()};
}

// Replaces the file in one step, so that a break leaves the old cursor or the new one.
void WriteCursor(const std::string& path, const std::string& cursor, Language language) {
  const std::string next = path + ".next";
  std::ofstream file(next, std::ios::binary | std::ios::trunc);
  file << Hex(cursor) << '\n';
  file.close();
  if (!file || std::rename(next.c_str(), path.c_str()) != 0) {
    throw Failure{
        Exit::kFailed, "file_unwritable", "--cursor-file",
        Say(language, text::kFileUnwritable, path, std::generic_category().message(errno)),
        Say(language, text::kFileUnwritableFix)};
  }
}

void PrintRound(Output& out, const v1::WatchResponse& round) {
  if (out.json()) {
    Json rows = Json::array();
    for (const auto& row : round.rows()) {
      Json channels = Json::object();
      for (const auto& by : row.channels()) channels[Word(by.channel())] = ToJson(by.counts());
      rows.push_back({{"prefix", row.prefix()}, {"day", row.day()}, {"channels", channels}});
    }
    out.Print({{"rows", std::move(rows)},
               {"cursor", round.cursor().empty() ? Json() : Json(Hex(round.cursor()))},
               {"log_size", round.log_size()}});
    return;
  }
  for (const auto& row : round.rows()) {
    for (const auto& by : row.channels()) {
      const std::vector<std::string> counts = Cells(by.counts());
      out.Tell(text::kWatchRow, row.day(), row.prefix(), ChannelText(by.channel(), out.language()),
               counts[0], counts[1], counts[2], counts[3], counts[4]);
    }
  }
  if (!round.cursor().empty()) {
    out.Tell(text::kWatchRound, Grouped(round.log_size()), Hex(round.cursor()));
  }
}

}  // namespace

Exit Run(Session& session, const Stats& options) {
  v1::QueryRequest request;
  request.set_prefix(options.prefix);
  request.set_below(options.below);
  request.set_from_day(options.from);
  request.set_to_day(options.to);
  request.set_group_by(FromWord<v1::GroupBy>(options.by).value_or(v1::GROUP_BY_NONE));
  const v1::QueryResponse response = session.client().Call(request);
  Output& out = session.out();
  if (!out.json()) {
    out.Text(StatsText(response, options, session.language()));
    out.Tell(text::kActiveAtEnd, GroupedSigned(response.active_at_end()),
             Grouped(response.log_size()));
    return Exit::kDone;
  }
  Json json = ToJson(response.total());
  json["active_at_end"] = response.active_at_end();
  json["log_size"] = response.log_size();
  json["rows"] = Json::array();
  for (const auto& row : response.rows()) json["rows"].push_back(RowJson(row, options.by));
  out.Print(json);
  return Exit::kDone;
}

Exit Run(Session& session, const Watch& options) {
  v1::WatchRequest request;
  request.set_cursor(ReadCursor(options, session.language()));
  session.client().Call(request, [&](const v1::WatchResponse& round) {
    PrintRound(session.out(), round);
    session.out().Flush();
    if (round.cursor().empty()) return true;
    if (!options.cursor_file.empty()) {
      WriteCursor(options.cursor_file, round.cursor(), session.language());
    }
    return !options.once;
  });
  return Exit::kDone;
}

}  // namespace idnode::ctl
