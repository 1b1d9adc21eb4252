#include "rocks_puts.h"

#include <rocksdb/db.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace idnode::bench {

double SyncedPuts(const std::filesystem::path& directory, std::size_t writers,
                  std::size_t value_octets, std::chrono::milliseconds time) {
  std::filesystem::create_directories(directory);
  const std::string path = (directory / "puts").string();
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, &opened);
  if (!status.ok()) throw std::runtime_error("limit: " + status.ToString());
  std::unique_ptr<rocksdb::DB> db(opened);

  std::atomic<std::uint64_t> puts{0};
  std::atomic<bool> stop{false};
  const std::string value(value_octets, 'v');
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      rocksdb::WriteOptions durable;
      durable.sync = true;
      for (std::uint64_t n = 0; !stop.load(std::memory_order_relaxed); ++n) {
        const std::string key = std::to_string(i) + "/" + std::to_string(n);
        if (!db->Put(durable, key, value).ok()) return;
        puts.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  std::this_thread::sleep_for(time);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  db.reset();
  std::filesystem::remove_all(path);
  return static_cast<double>(puts.load()) / seconds;
}

}  // namespace idnode::bench
