// A registry on a memory engine with a real committer and a clock that a test sets.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <variant>

#include "base/clock.h"
#include "chinese.h"
#include "ledger/committer.h"
#include "registry/control.h"
#include "registry/lookup.h"
#include "registry/registry.h"
#include "store/memory/memory_engine.h"

namespace idnode::registry {

class RegistryTest : public testing::Test {
 protected:
  static constexpr std::int64_t kNow = 1'795'000'000'000;  // 2026-11-18

  RegistryTest() { Start({}); }

  // Ends everything but the disk, and starts again on it.
  void Start(const Registry::Options& options) {
    registry_.reset();
    committer_.reset();
    control_.reset();
    engine_ = std::make_unique<store::MemoryEngine>(disk_);
    control_ = std::make_unique<ControlTable>(*engine_);
    ASSERT_TRUE(control_->Load().ok());
    auto committer = ledger::Committer::Start(*engine_, clock_, nullptr, {control_.get()}, {});
    ASSERT_TRUE(committer.ok()) << committer.error().what;
    committer_ = std::move(committer).value();
    registry_ = std::make_unique<Registry>(*committer_, *control_, clock_, options);
    lookup_ = std::make_unique<Lookup>(*engine_, *control_, 1'000);
  }

  Outcome Do(Change change, Principal principal = Principal::Node(), std::string request_id = {}) {
    std::promise<Outcome> promise;
    registry_->Submit({.principal = std::move(principal),
                       .request_id = std::move(request_id),
                       .change = std::move(change)},
                      [&](const Outcome& outcome) { promise.set_value(outcome); });
    return promise.get_future().get();
  }

  // Does it and expects that this works.
  Receipt Done(Change change, Principal principal = Principal::Node(),
               std::string request_id = {}) {
    const Outcome outcome = Do(std::move(change), std::move(principal), std::move(request_id));
    if (const auto* problem = std::get_if<Problem>(&outcome)) {
      ADD_FAILURE() << problem->name() << ": " << problem->Cause(Language::kEnglish);
      return {};
    }
    return std::get<Receipt>(outcome);
  }

  // Does it and expects that it is refused; the name of the problem and its field.
  std::string Refused(Change change, Principal principal = Principal::Node(),
                      std::string request_id = {}) {
    const Outcome outcome = Do(std::move(change), std::move(principal), std::move(request_id));
    if (const auto* problem = std::get_if<Problem>(&outcome)) {
      EXPECT_EQ(EnglishIn(*problem), "") << problem->Cause(Language::kChinese);
      return std::string(problem->name()) + (problem->field.empty() ? "" : " " + problem->field);
    }
    return "(accepted)";
  }

  static v1::Value ValueOf(std::uint32_t index, const std::string& type, const std::string& data) {
    v1::Value value;
    value.set_index(index);
    value.set_type(type);
    value.set_data(data);
    return value;
  }

  static Values ValuesOf(std::initializer_list<v1::Value> list) {
    Values values;
    for (const v1::Value& value : list) *values.Add() = value;
    return values;
  }

  static Values Url(const std::string& url) { return ValuesOf({ValueOf(1, "URL", url)}); }

  void AddPrefixNamed(const std::string& name,
                      stored::v1::CasePolicy policy = stored::v1::CASE_POLICY_FOLD) {
    AddPrefix change;
    change.prefix.set_prefix(name);
    change.prefix.set_case_policy(policy);
    Done(change);
  }

  // Lets the bearer of `secret` in and returns them.
  Principal Admit(const std::string& secret, std::initializer_list<Scope> scopes,
                  const std::string& prefix, bool below = false, std::int64_t expires_ms = 0) {
    AddToken change;
    change.token.set_name(secret);
    change.token.set_secret_sha256(SecretHash(secret));
    for (const Scope scope : scopes) change.token.add_scopes(scope);
    change.token.set_all_prefixes(prefix.empty());
    if (!prefix.empty()) {
      auto* reach = change.token.add_prefixes();
      reach->set_prefix(prefix);
      reach->set_below(below);
    }
    change.token.set_expires_ms(expires_ms);
    Done(change);
    auto principal = registry_->Authenticate(secret);
    if (const auto* problem = std::get_if<Problem>(&principal)) {
      throw std::runtime_error(std::string(problem->name()));
    }
    return std::get<Principal>(principal);
  }

  std::string AuthenticateFails(const std::string& secret) {
    const auto principal = registry_->Authenticate(secret);
    const auto* problem = std::get_if<Problem>(&principal);
    return problem == nullptr ? "(let in)" : std::string(problem->name());
  }

  v1::Record Get(const std::string& identifier, bool include_deleted = false) {
    auto got = lookup_->Get(Principal::Node(), identifier, include_deleted);
    if (const auto* problem = std::get_if<Problem>(&got)) {
      ADD_FAILURE() << problem->name();
      return {};
    }
    return std::get<v1::Record>(std::move(got));
  }

  std::string GetFails(const std::string& identifier) {
    const auto got = lookup_->Get(Principal::Node(), identifier, false);
    const auto* problem = std::get_if<Problem>(&got);
    return problem == nullptr ? "(found)" : std::string(problem->name());
  }

  ManualClock clock_{kNow};
  store::MemoryDisk disk_;
  std::unique_ptr<store::MemoryEngine> engine_;
  std::unique_ptr<ControlTable> control_;
  std::unique_ptr<ledger::Committer> committer_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Lookup> lookup_;
};

}  // namespace idnode::registry
