// CRC-32C (Castagnoli): the checksum at the end of every stored value.
//
// It finds accidents, not forgeries: all errors of up to three bits in values as long as ours, all
// bursts of up to 32 bits, and all but one in 2^32 of everything else.
// Source: RFC 3720, sections 12.1 and B.4 (reflected polynomial 0x82F63B78, start and final
// complement), as in iSCSI, SCTP and ext4.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace idnode {

// The checksum of `octets`. To go on where another one ended, pass that one as `before`:
// Crc32c(b, Crc32c(a)) is the checksum of a and b together. Any thread. On x86-64 with SSE4.2 the
// processor's own instruction, 8 octets at a time; elsewhere a table.
std::uint32_t Crc32c(Bytes octets, std::uint32_t before = 0) noexcept;

// The same without the processor's help, for machines that have none and for the test that
// compares.
std::uint32_t Crc32cByTable(Bytes octets, std::uint32_t before = 0) noexcept;

}  // namespace idnode
