// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "vcard_reader.hpp"

#include <cstring>
#include <string_view>

namespace
{

constexpr std::size_t block = std::size_t{64} << 10;

std::string_view trimmed(const char *line, std::size_t size)
{
    std::string_view text(line, size);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

} // namespace

CardReader::CardReader(const pt_host *h, const pt_input *input, uint32_t file, uint64_t most,
                       pt_error *err)
    : host(h), stream(h, input, file, err), buffer(block, '\0', HostAllocator<char>(h)),
      max_record(most), record(HostAllocator<char>(h))
{
}

// Bytes of the next line from buffer[begin] on, with its end; false at the end of the file. A line
// beyond what a record may have comes in pieces, of which only the last has a line end.
bool CardReader::next_line(std::size_t &size, pt_error *err)
{
    for (;;) {
        const void *found = begin == end ? nullptr : std::memchr(&buffer[begin], '\n', end - begin);
        if (found != nullptr) {
            size = static_cast<std::size_t>(static_cast<const char *>(found) - &buffer[begin]) + 1;
            return true;
        }
        if (end - begin > max_record) {
            size = end - begin;
            return true;
        }
        std::memmove(buffer.data(), &buffer[0] + begin, end - begin);
        passed += begin;
        end -= begin;
        begin = 0;
        if (buffer.size() - end < block) {
            buffer.resize(end + block);
        }
        uint64_t n = stream.read(&buffer[end], block, err);
        if (n == 0) {
            size = end;
            return end > 0;
        }
        end += n;
    }
}

void CardReader::add(const char *line, std::size_t size)
{
    is_too_long = is_too_long || record.size() + size > max_record;
    if (!is_too_long) {
        record.insert(record.end(), line, line + size);
    }
}

Found CardReader::finish(bool is_whole, Card &card, pt_reject &reject)
{
    records++;
    reject.excerpt = {reinterpret_cast<const uint8_t *>(record.data()), record.size()};
    reject.reason = is_too_long ? "record too long" : is_whole ? nullptr : "no END:VCARD";
    if (reject.reason == nullptr) {
        reject.reason = parse_card(record.data(), record.size(), card);
    }
    return reject.reason == nullptr ? Found::card : Found::bad;
}

Found CardReader::next(Card &card, pt_reject &reject, pt_error *err)
{
    bool is_inside = false;
    std::size_t size = 0;
    record.clear();
    is_too_long = false;
    reject = pt_reject{};
    reject.struct_size = sizeof reject;
    while (next_line(size, err)) {
        if (host->cancelled(host) != 0) {
            throw Failure{PT_E_CANCELLED, nullptr};
        }
        const char *line = &buffer[begin];
        std::string_view text = trimmed(line, size);
        uint64_t at = passed + begin;
        begin += size;
        bool is_end = is_inside && text == "END:VCARD";
        if (!is_inside && text == "BEGIN:VCARD") {
            is_inside = true;
            reject.offset = at;
            reject.line = lines;
        } else if (is_inside && !is_end) {
            add(line, size);
        } else if (!is_inside && !text.empty()) { // neither a card nor a blank line
            reject.offset = at;
            reject.line = lines++;
            records++;
            reject.reason = "outside of a card";
            reject.excerpt = {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
            return Found::bad;
        }
        lines++;
        if (is_end) {
            return finish(true, card, reject);
        }
    }
    return is_inside ? finish(false, card, reject) : Found::end;
}
