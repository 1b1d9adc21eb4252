#include "serve/grpc/answer_thread.h"

#include <utility>

namespace idnode::serve {

AnswerThread::AnswerThread() : thread_([this] { Run(); }) {}

AnswerThread::~AnswerThread() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void AnswerThread::Post(std::function<void()> task) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    was_empty = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (was_empty) wake_.notify_one();  // otherwise it has been woken already
}

void AnswerThread::Run() {
  std::vector<std::function<void()>> tasks;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    tasks.swap(tasks_);
    lock.unlock();
    for (const std::function<void()>& task : tasks) task();
    tasks.clear();
    lock.lock();
  }
}

}  // namespace idnode::serve
