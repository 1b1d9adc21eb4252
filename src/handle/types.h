// The types that the handle protocol gives a meaning, and how types are matched.
#pragma once

#include <string_view>

namespace idnode::handle {

inline constexpr std::string_view kHsAdmin = "HS_ADMIN";    // who may change the record
inline constexpr std::string_view kHsVlist = "HS_VLIST";    // a group of administrators
inline constexpr std::string_view kHsSeckey = "HS_SECKEY";  // a secret, as it is
inline constexpr std::string_view kHsPubkey = "HS_PUBKEY";
inline constexpr std::string_view kHsSite = "HS_SITE";  // the servers of a prefix
inline constexpr std::string_view kHsSite6 = "HS_SITE.6";
inline constexpr std::string_view kHsSitePrefix = "HS_SITE.PREFIX";  // of derived prefixes
inline constexpr std::string_view kHsNaDelegate = "HS_NA_DELEGATE";  // its old name
inline constexpr std::string_view kHsServ = "HS_SERV";  // the identifier of a record with HS_SITE
inline constexpr std::string_view kHsServPrefix = "HS_SERV.PREFIX";
inline constexpr std::string_view kHsAlias = "HS_ALIAS";
inline constexpr std::string_view kHsNamespace = "HS_NAMESPACE";
inline constexpr std::string_view kHsCert = "HS_CERT";
inline constexpr std::string_view kHsSignature = "HS_SIGNATURE";

// Whether `type` is `name` or a subtype of it, "HS_ADMIN.X" of "HS_ADMIN", whatever the case of
// ASCII letters. For the types whose subtypes count as well: HS_ADMIN, HS_SECKEY, HS_VLIST,
// HS_NAMESPACE.
bool IsOfType(std::string_view type, std::string_view name) noexcept;

// Whether a value of `type` holds a secret, whatever its permissions say.
inline bool IsSecretType(std::string_view type) noexcept { return IsOfType(type, kHsSeckey); }

// Whether a request for `wanted` selects values of `type`. Letters are compared without their case;
// "CN.PART" selects "CN.PART" alone; "CN.PART." selects "CN.PART" and all that begins with
// "CN.PART.". A value without a type is never selected.
bool SelectsType(std::string_view wanted, std::string_view type) noexcept;

}  // namespace idnode::handle
