// A thread that ends calls. Sending an answer costs a system call and the locks of a connection,
// which is too much for the commit thread: while it sends, the next group does not begin. So it
// only says here what is to be done, for a lock and a pointer.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace idnode::serve {

// Any thread.
class AnswerThread {
 public:
  AnswerThread();
  AnswerThread(const AnswerThread&) = delete;
  AnswerThread& operator=(const AnswerThread&) = delete;
  ~AnswerThread();  // after everything posted has run

  // Runs `task` soon, in the order of the posts. It must not block. Unbounded, for nothing is
  // posted but what ends or goes on with a call, of which there are only so many.
  void Post(std::function<void()> task);

 private:
  void Run();

  // Under the mutex.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> tasks_;
  bool stopping_ = false;

  std::thread thread_;  // last: everything above is ready when it starts
};

}  // namespace idnode::serve
