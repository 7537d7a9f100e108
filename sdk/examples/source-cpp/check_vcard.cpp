// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The format alone, card by card: no host is needed.
#include <cstdio>
#include <cstring>
#include <string>

#include "vcard.hpp"

namespace
{

int n_wrong = 0;

void expect(bool is_right, const char *what)
{
    if (!is_right) {
        std::fprintf(stderr, "wrong: %s\n", what);
        n_wrong++;
    }
}

void expect_reason(std::string text, const char *reason)
{
    Card card;
    const char *got = parse_card(text.data(), text.size(), card);
    expect(got != nullptr && std::strcmp(got, reason) == 0, reason);
}

} // namespace

int main()
{
    std::string text = "item1.UID:u-7\r\nFN;CHARSET=utf-8:Doe\\, Jo\r\n hn\r\nemail:j@x.example\r\n"
                       "EMAIL:second@x.example\r\nBDAY:1969-12-31\r\n";
    Card card;
    expect(parse_card(text.data(), text.size(), card) == nullptr, "a good card is read");
    expect(card.uid == "u-7", "uid behind a group");
    expect(card.name == "Doe, John", "folded and escaped name");
    expect(card.email == "j@x.example", "the first address counts");
    expect(card.birthday == -1, "the day before 1970");
    expect_reason("FN:Nobody\n", "no UID");
    expect_reason("UID:1\nBDAY:19990230\n", "BDAY is not a date");
    expect_reason("UID:1\nnothing\n", "a line without a colon");
    expect_reason("UID:\xff\n", "not UTF-8");
    return n_wrong == 0 ? 0 : 1;
}
