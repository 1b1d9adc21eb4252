// Permissions mean nothing to root, as whom tests often run; so the tests of refusals do without.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

namespace idnode::store {

// While this lives the whole process acts as user "nobody", if it was root's.
class OtherUser {
 public:
  OtherUser() {
    if (root_ && ::seteuid(65534) != 0) throw std::runtime_error("seteuid");
  }
  OtherUser(const OtherUser&) = delete;
  OtherUser& operator=(const OtherUser&) = delete;
  ~OtherUser() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  const bool root_ = ::geteuid() == 0;
};

}  // namespace idnode::store
