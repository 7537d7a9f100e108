// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Cards out of the bytes of one file.
#ifndef VCARD_READER_HPP
#define VCARD_READER_HPP

#include <portrait/source.h>

#include "host.hpp"
#include "vcard.hpp"

// What next() found.
enum class Found { card, bad, end };

class CardReader
{
  public:
    CardReader(const pt_host *host, const pt_input *input, uint32_t file, uint64_t max_record,
               pt_error *err);

    // The next card. Its texts, and for a bad one `reject`, are valid until the next call.
    Found next(Card &card, pt_reject &reject, pt_error *err);

    uint64_t n_records() const
    {
        return records;
    }

    uint64_t n_lines() const
    {
        return lines;
    }

  private:
    const pt_host *host;
    Stream stream;
    HostVector<char> buffer;
    std::size_t begin = 0; // first unread byte of the buffer
    std::size_t end = 0;
    uint64_t passed = 0; // bytes of the file before buffer[0]
    uint64_t max_record;
    HostVector<char> record; // lines of the card so far
    uint64_t records = 0;
    uint64_t lines = 0;
    bool is_too_long = false;

    bool next_line(std::size_t &size, pt_error *err);
    Found finish(bool is_whole, Card &card, pt_reject &reject);
    void add(const char *line, std::size_t size);
};

#endif
