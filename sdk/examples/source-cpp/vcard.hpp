// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The format, on plain bytes and without a word of the ABI: one vCard (RFC 6350).
#ifndef VCARD_HPP
#define VCARD_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Texts lie in the card's own bytes.
struct Card {
    std::string_view uid;
    std::string_view name;
    std::string_view email;          // empty = none
    std::optional<int32_t> birthday; // days since 1970
};

// Reads the bytes between BEGIN:VCARD and END:VCARD, which are changed: folded lines are joined and
// escapes taken out in place. nullptr, or why it cannot be read.
const char *parse_card(char *text, std::size_t size, Card &out) noexcept;

#endif
