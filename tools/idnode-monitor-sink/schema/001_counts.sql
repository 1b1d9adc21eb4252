-- How many identifiers a node registered, as its feed tells it, and how far the feed was read.
-- Run inside the sink's schema and in one transaction, see ../migrations.h.

CREATE TABLE schema_version (
  version    integer PRIMARY KEY,
  name       text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_version IS '表结构版本 The files that made these tables';

CREATE TABLE counts (
  prefix    text COLLATE "C" NOT NULL,
  day       date NOT NULL,
  channel   text COLLATE "C" NOT NULL,
  created   bigint NOT NULL CHECK (created >= 0),
  recreated bigint NOT NULL CHECK (recreated >= 0),
  updated   bigint NOT NULL CHECK (updated >= 0),
  deleted   bigint NOT NULL CHECK (deleted >= 0),
  PRIMARY KEY (prefix, day, channel)
);
COMMENT ON TABLE counts IS
  '累计注册数：截至当日结束，某前缀经某渠道的累计值；仅在有变更的日期有行。某时段的数量是两行之差。 '
  'Registrations so far: cumulative numbers of a prefix by channel at the end of a day, with rows only for '
  'days on which something happened to the prefix. A period is the difference of two rows.';
COMMENT ON COLUMN counts.prefix IS '标识前缀 Prefix of the identifiers, for example 88.118.1001';
COMMENT ON COLUMN counts.day IS '日期（北京时间） A day in China, UTC+8';
COMMENT ON COLUMN counts.channel IS '渠道 How the change came in: grpc, stream, import, handle, http';
COMMENT ON COLUMN counts.created IS '累计首次注册 Registered for the first time, so far';
COMMENT ON COLUMN counts.recreated IS
  '累计删除后重新注册（不计入首次注册） Registered again after a deletion, so far; not counted as created';
COMMENT ON COLUMN counts.updated IS '累计更新 Updates so far';
COMMENT ON COLUMN counts.deleted IS '累计删除 Deletions so far';

CREATE TABLE feed (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  source     text NOT NULL,
  log_id     bytea NOT NULL,
  cursor     bytea NOT NULL,
  log_size   bigint NOT NULL CHECK (log_size >= 0),
  updated_at timestamptz NOT NULL
);
COMMENT ON TABLE feed IS
  '同步位置：与计数在同一事务中写入；至多一行，无行表示尚未完成首次同步。 '
  'How far the feed was read, written in the transaction of the counts. One row at most; none until the '
  'first round is complete.';
COMMENT ON COLUMN feed.source IS '节点地址 The node that the counts came from, HOST:PORT';
COMMENT ON COLUMN feed.log_id IS '日志编号 The log that the counts are of; another log is never mixed in';
COMMENT ON COLUMN feed.cursor IS '续传游标 Where the feed goes on; only the node reads it';
COMMENT ON COLUMN feed.log_size IS
  '日志长度：此前的所有条目均已计入 Every entry of the log below this number is in the counts';
COMMENT ON COLUMN feed.updated_at IS '写入时间 When the counts changed last';

CREATE VIEW totals AS
  SELECT prefix,
         day AS last_day,
         sum(created)::bigint AS created,
         sum(recreated)::bigint AS recreated,
         sum(updated)::bigint AS updated,
         sum(deleted)::bigint AS deleted,
         (sum(created) + sum(recreated) - sum(deleted))::bigint AS active
    FROM counts
    JOIN (SELECT prefix, max(day) AS day FROM counts GROUP BY prefix) AS latest USING (prefix, day)
   GROUP BY prefix, day;
COMMENT ON VIEW totals IS
  '各前缀总数；active 为现存标识数（首次注册 + 重新注册 - 删除）。 '
  'Totals of every prefix over all channels; active is how many identifiers exist now: created + recreated '
  '- deleted.';

CREATE VIEW daily AS
  SELECT *
    FROM (SELECT prefix, day, channel,
                 created - lag(created, 1, 0::bigint) OVER earlier AS created,
                 recreated - lag(recreated, 1, 0::bigint) OVER earlier AS recreated,
                 updated - lag(updated, 1, 0::bigint) OVER earlier AS updated,
                 deleted - lag(deleted, 1, 0::bigint) OVER earlier AS deleted
            FROM counts
          WINDOW earlier AS (PARTITION BY prefix, channel ORDER BY day)) AS differences
   WHERE (created, recreated, updated, deleted) <> (0, 0, 0, 0);
COMMENT ON VIEW daily IS
  '每日数量：各前缀、各渠道当日的增量。 What happened on each day, by prefix and channel: the differences of '
  'counts.';
