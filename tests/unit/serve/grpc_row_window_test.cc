#include "serve/grpc/row_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace idnode::serve {
namespace {

TEST(RowWindow, ResultsLeaveInTheOrderOfTheRows) {
  RowWindow<std::string> window(4);
  EXPECT_EQ(window.Open(), 0U);
  EXPECT_EQ(window.Open(), 1U);
  EXPECT_EQ(window.Open(), 2U);
  EXPECT_EQ(window.unanswered(), 3U);

  window.Answer(1, "b");
  EXPECT_EQ(window.front(), nullptr) << "row 0 has no result yet";
  EXPECT_EQ(window.unanswered(), 2U);
  window.Answer(0, "a");
  ASSERT_NE(window.front(), nullptr);
  EXPECT_EQ(*window.front(), "a");
  EXPECT_EQ(window.front_row(), 0U);
  ASSERT_NE(window.second(), nullptr);
  EXPECT_EQ(*window.second(), "b");

  window.Pop();
  EXPECT_EQ(*window.front(), "b");
  EXPECT_EQ(window.second(), nullptr);
  window.Pop();
  EXPECT_EQ(window.front(), nullptr);
  EXPECT_FALSE(window.empty());
  window.Answer(2, "c");
  window.Pop();
  EXPECT_TRUE(window.empty());
  EXPECT_EQ(window.unanswered(), 0U);
}

TEST(RowWindow, IsFullUntilAResultHasLeft) {
  RowWindow<int> window(2);
  window.Open();
  window.Open();
  EXPECT_TRUE(window.full());
  window.Answer(0, 7);
  EXPECT_TRUE(window.full()) << "an answered row still waits to be sent";
  window.Pop();
  EXPECT_FALSE(window.full());
  EXPECT_EQ(window.Open(), 2U);
  EXPECT_TRUE(window.full());
  EXPECT_EQ(window.front(), nullptr) << "the slot of a row that left holds nothing";
}

TEST(RowWindow, AWindowOfOneHasNoSecond) {
  RowWindow<int> window(1);
  window.Answer(window.Open(), 1);
  EXPECT_EQ(window.second(), nullptr);
}

TEST(RowWindow, WhateverTheOrderOfTheAnswers) {
  std::mt19937 random(20260118);
  RowWindow<std::uint64_t> window(16);
  std::vector<std::uint64_t> open;
  std::uint64_t sent = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0 && !window.full()) open.push_back(window.Open());
    if (random() % 2 == 0 && !open.empty()) {
      std::swap(open[random() % open.size()], open.back());
      window.Answer(open.back(), open.back() * 3);
      open.pop_back();
    }
    EXPECT_EQ(window.unanswered(), open.size());
    while (window.front() != nullptr && random() % 3 != 0) {
      ASSERT_EQ(window.front_row(), sent);
      ASSERT_EQ(*window.front(), sent * 3);
      window.Pop();
      ++sent;
    }
  }
  EXPECT_GT(sent, 5'000U);
}

}  // namespace
}  // namespace idnode::serve
