// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "vcard.hpp"

#include <algorithm>

#include "pt_time.h"
#include "pt_utf8.h"

namespace
{

// A line break before a blank goes on the same line: both are taken out.
std::size_t unfold(char *text, std::size_t size) noexcept
{
    std::size_t to = 0;
    for (std::size_t i = 0; i < size; i++) {
        std::size_t next = i;
        next += next < size && text[next] == '\r' ? 1 : 0;
        if (next + 1 < size && text[next] == '\n' &&
            (text[next + 1] == ' ' || text[next + 1] == '\t')) {
            i = next + 1;
            continue;
        }
        text[to++] = text[i];
    }
    return to;
}

// \n, \, and \\ in a value.
std::size_t unescape(char *text, std::size_t size) noexcept
{
    std::size_t to = 0;
    for (std::size_t i = 0; i < size; i++) {
        if (text[i] == '\\' && i + 1 < size) {
            i++;
            text[to++] = text[i] == 'n' || text[i] == 'N' ? '\n' : text[i];
        } else {
            text[to++] = text[i];
        }
    }
    return to;
}

bool is_same_word(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return x == y || (x >= 'a' && x <= 'z' && x - 'a' + 'A' == y);
    });
}

// YYYYMMDD or YYYY-MM-DD.
bool parse_day(std::string_view text, std::optional<int32_t> &out) noexcept
{
    int64_t us = 0;
    if ((text.size() != 8 && text.size() != 10) ||
        !pt_time_iso(reinterpret_cast<const uint8_t *>(text.data()), text.size(), 0, &us)) {
        return false;
    }
    int64_t day =
        us >= 0 ? us / PT_TIME_US_PER_DAY : -((-us + PT_TIME_US_PER_DAY - 1) / PT_TIME_US_PER_DAY);
    out = static_cast<int32_t>(day);
    return true;
}

// One unfolded line: `[group.]NAME[;parameters]:value`.
const char *take_line(char *line, std::size_t size, Card &out) noexcept
{
    char *end = line + size;
    char *colon = std::find(line, end, ':');
    if (colon == end) {
        return "a line without a colon";
    }
    char *name = std::find(line, colon, '.');
    name = name == colon ? line : name + 1;
    char *name_end = std::find(name, colon, ';');
    std::string_view word(name, static_cast<std::size_t>(name_end - name));
    std::size_t n = unescape(colon + 1, static_cast<std::size_t>(end - colon - 1));
    std::string_view value(colon + 1, n);
    if (is_same_word(word, "UID")) {
        out.uid = value;
    } else if (is_same_word(word, "FN")) {
        out.name = value;
    } else if (is_same_word(word, "EMAIL") && out.email.empty()) {
        out.email = value;
    } else if (is_same_word(word, "BDAY") && !parse_day(value, out.birthday)) {
        return "BDAY is not a date";
    }
    return nullptr;
}

} // namespace

const char *parse_card(char *text, std::size_t size, Card &out) noexcept
{
    if (pt_utf8_check(reinterpret_cast<const uint8_t *>(text), size) != PT_UTF8_GOOD) {
        return "not UTF-8";
    }
    char *at = text;
    char *end = text + unfold(text, size);
    out = Card{};
    while (at < end) {
        char *line_end = std::find(at, end, '\n');
        char *next = line_end == end ? end : line_end + 1;
        line_end -= line_end > at && line_end[-1] == '\r' ? 1 : 0;
        const char *reason = nullptr;
        if (line_end > at) {
            reason = take_line(at, static_cast<std::size_t>(line_end - at), out);
        }
        if (reason != nullptr) {
            return reason;
        }
        at = next;
    }
    return out.uid.empty() ? "no UID" : nullptr;
}
