// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// TZif: RFC 8536 and 9636. Leap seconds are refused: our instants, as POSIX's, do not count them.
#include "zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <strings.h>
#include <unistd.h>

#include "mem.h"
#include "suggest.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_FILE_BYTES ((size_t)1 << 20)
#define ZONE_NAME_BYTES 64
#define HEADER_BYTES 44
#define LATEST ((int64_t)1000000000000) // transitions beyond the year 33000 are no data
#define OFFSET_MOST 93599               // a bit more than 25 hours (RFC 8536, 3.2)

struct header {
    uint8_t version; // '\0', '2', '3', '4'
    uint32_t n_ut;
    uint32_t n_std;
    uint32_t n_leap;
    uint32_t n_times;
    uint32_t n_types;
    uint32_t n_chars;
};

static int64_t read_be(const char *p, size_t size)
{
    uint64_t value = ((unsigned char)p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | (unsigned char)p[i];
    }
    return (int64_t)value;
}

static bool read_header(struct text in, struct header *h)
{
    if (in.n < HEADER_BYTES || memcmp(in.p, "TZif", 4) != 0) {
        return false;
    }
    uint32_t *const counts[] = {&h->n_ut,    &h->n_std,   &h->n_leap,
                                &h->n_times, &h->n_types, &h->n_chars};
    h->version = (uint8_t)in.p[4];
    for (size_t i = 0; i < 6; i++) {
        *counts[i] = (uint32_t)read_be(in.p + 20 + 4 * i, 4);
        if (*counts[i] > ZONE_FILE_BYTES) {
            return false;
        }
    }
    return h->n_types > 0 && h->n_types <= 256;
}

static size_t block_bytes(const struct header *h, size_t time_size)
{
    return (size_t)h->n_times * (time_size + 1) + (size_t)h->n_types * 6 + h->n_chars +
           (size_t)h->n_leap * (time_size + 4) + h->n_std + h->n_ut;
}

bool zone_add(struct zone *z, int64_t at, int32_t offset)
{
    if (z->n == z->capacity) {
        size_t at_capacity = z->capacity;
        size_t offset_capacity = z->capacity;
        if (!mem_reserve(&z->at, &at_capacity, z->n + 1, sizeof *z->at) ||
            !mem_reserve(&z->offset, &offset_capacity, z->n + 1, sizeof *z->offset)) {
            return false;
        }
        z->capacity = at_capacity;
    }
    z->at[z->n] = at;
    z->offset[z->n++] = offset;
    return true;
}

static pt_status read_block(struct zone *z, const char *p, const struct header *h, size_t time_size,
                            struct pt_error *err)
{
    const char *types = p + (size_t)h->n_times * time_size;
    const char *records = types + h->n_times;
    int32_t offsets[256] = {0};
    for (uint32_t i = 0; i < h->n_types; i++) {
        int64_t offset = read_be(records + (size_t)i * 6, 4);
        if (offset < -OFFSET_MOST || offset > OFFSET_MOST) {
            FAIL(err, PT_E_DATA, "offset of %lld s", (long long)offset);
        }
        offsets[i] = (int32_t)offset;
    }
    z->first_offset = offsets[0];
    for (uint32_t i = 0; i < h->n_times; i++) {
        int64_t at = read_be(p + (size_t)i * time_size, time_size);
        uint8_t type = (uint8_t)types[i];
        if (type >= h->n_types || at > LATEST || (z->n > 0 && at <= z->at[z->n - 1])) {
            FAIL(err, PT_E_DATA, "transition %u is out of order or of unknown type", i);
        }
        if (!zone_add(z, at, offsets[type])) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for a time zone");
        }
    }
    return PT_OK;
}

static pt_status read_footer(struct zone *z, struct text in, struct pt_error *err)
{
    struct zone_rule rule = {0};
    const char *end = in.n > 1 ? memchr(in.p + 1, '\n', in.n - 1) : NULL;
    if (end == NULL || in.p[0] != '\n') {
        FAIL(err, PT_E_DATA, "no footer");
    }
    struct text footer = text_n(in.p + 1, (size_t)(end - in.p) - 1);
    if (footer.n == 0) {
        return PT_OK;
    }
    if (!zone_rule_parse(footer, &rule)) {
        FAIL(err, PT_E_DATA, "footer is no TZ string");
    }
    if (!zone_add_rule(z, &rule)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a time zone");
    }
    return PT_OK;
}

// The 32-bit block of a version 2 file is skipped.
static pt_status fill(struct zone *z, struct text in, struct pt_error *err)
{
    struct header h = {0};
    size_t time_size = 4;
    if (!read_header(in, &h)) {
        FAIL(err, PT_E_DATA, "not a TZif file");
    }
    if (h.version != '\0') {
        size_t skipped = HEADER_BYTES + block_bytes(&h, 4);
        time_size = 8;
        if (in.n < skipped || !read_header(text_n(in.p + skipped, in.n - skipped), &h)) {
            FAIL(err, PT_E_DATA, "TZif file without its second part");
        }
        in = text_n(in.p + skipped, in.n - skipped);
    }
    if (h.n_leap > 0) {
        FAIL(err, PT_E_UNSUPPORTED, "TZif file with leap seconds");
    }
    size_t used = HEADER_BYTES + block_bytes(&h, time_size);
    if (in.n < used) {
        FAIL(err, PT_E_DATA, "TZif file is cut off");
    }
    TRY(read_block(z, in.p + HEADER_BYTES, &h, time_size, err));
    return time_size == 4 ? PT_OK : read_footer(z, text_n(in.p + used, in.n - used), err);
}

pt_status zone_read(struct text tzif, struct zone **out, struct pt_error *err)
{
    struct zone *z = mem_zero(1, sizeof *z);
    if (z == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a time zone");
    }
    pt_status status = fill(z, tzif, err);
    if (status != PT_OK) {
        zone_free(z);
        return status;
    }
    *out = z;
    return PT_OK;
}

void zone_free(struct zone *z)
{
    if (z != NULL) {
        mem_free(z->at);
        mem_free(z->offset);
        mem_free(z);
    }
}

const struct zone *zone_copy(const struct zone *z, struct arena *a)
{
    struct zone *copy = arena_alloc(a, sizeof *copy);
    int64_t *at = arena_alloc(a, z->n * sizeof *at);
    int32_t *offset = arena_alloc(a, z->n * sizeof *offset);
    if (copy == NULL || at == NULL || offset == NULL) {
        return NULL;
    }
    if (z->n > 0) {
        memcpy(at, z->at, z->n * sizeof *at);
        memcpy(offset, z->offset, z->n * sizeof *offset);
    }
    *copy = *z;
    copy->at = at;
    copy->offset = offset;
    copy->capacity = z->n;
    return copy;
}

// Names of the database only: no absolute path, no "..", not the machine's own zone, not the
// folder that counts leap seconds.
static bool is_zone_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > ZONE_NAME_BYTES || name[0] == '/' || name[n - 1] == '/' ||
        strstr(name, "..") != NULL || strstr(name, "//") != NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool is_letter = (name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'z';
        bool is_digit = name[i] >= '0' && name[i] <= '9';
        if (!is_letter && !is_digit && strchr("/_+-", name[i]) == NULL) {
            return false;
        }
    }
    return strncmp(name, "right/", 6) != 0 && strcmp(name, "localtime") != 0 &&
           strcmp(name, "posixrules") != 0;
}

static pt_status read_all(int fd, struct str *out, struct pt_error *err)
{
    char buffer[4096];
    ssize_t n = 0;
    do {
        n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno != EINTR) {
            return error_system(err, errno, "cannot read");
        }
        if (n > 0 && !str_add_n(out, buffer, (size_t)n)) {
            FAIL(err, PT_E_NO_MEMORY, "no memory to read");
        }
        if (out->n > ZONE_FILE_BYTES) {
            FAIL(err, PT_E_LIMIT, "larger than 1 MiB");
        }
    } while (n != 0);
    return PT_OK;
}

static pt_status read_file(const char *path, struct str *out, struct pt_error *err)
{
    struct stat meta;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        int number = errno;
        error_system(err, number, "%s", path);
        return number == ENOENT || number == ENOTDIR ? PT_E_NOT_FOUND : PT_E_IO;
    }
    pt_status status = PT_OK;
    if (fstat(fd, &meta) != 0 || !S_ISREG(meta.st_mode)) {
        status = error_set(err, PT_E_NOT_FOUND, "not a file");
    } else {
        status = read_all(fd, out, err);
    }
    close(fd);
    if (status != PT_OK) {
        error_prefix(err, "%s", path);
    }
    return status;
}

// The database's list of names: lines "Z name ..." and "L target name" of tzdata.zi.
static struct text listed_name(struct text line)
{
    if (line.n < 3 || (line.p[0] != 'Z' && line.p[0] != 'L') || line.p[1] != ' ') {
        return (struct text){0};
    }
    struct text rest = text_n(line.p + 2, line.n - 2);
    const char *blank = memchr(rest.p, ' ', rest.n);
    if (line.p[0] == 'L') {
        size_t skipped = blank == NULL ? rest.n : (size_t)(blank - rest.p) + 1;
        return text_n(rest.p + skipped, rest.n - skipped);
    }
    return text_n(rest.p, blank == NULL ? rest.n : (size_t)(blank - rest.p));
}

struct name {
    char text[ZONE_NAME_BYTES + 1];
};

// True when `wrong` is the last part of `name`: Shanghai for Asia/Shanghai.
static bool is_city_of(const char *wrong, const char *name)
{
    const char *city = strrchr(name, '/');
    return city != NULL && strcasecmp(city + 1, wrong) == 0;
}

// The name spelt alike; a city alone stands for its zone.
static struct name nearest_name(const char *wrong, struct text list)
{
    struct name best = {0};
    struct name city = {0};
    while (list.n > 0) {
        const char *end = memchr(list.p, '\n', list.n);
        size_t n = end == NULL ? list.n : (size_t)(end - list.p);
        struct text listed = listed_name(text_n(list.p, n));
        struct name candidate = {0};
        if (listed.n > 0 && listed.n <= ZONE_NAME_BYTES) {
            memcpy(candidate.text, listed.p, listed.n);
        }
        const char *both[] = {best.text, candidate.text};
        if (suggest(wrong, both, 2) == candidate.text) {
            best = candidate;
        }
        if (city.text[0] == '\0' && is_city_of(wrong, candidate.text)) {
            city = candidate;
        }
        list = text_n(list.p + n + (end != NULL), list.n - n - (end != NULL));
    }
    bool is_city = city.text[0] != '\0' && strcasecmp(wrong, best.text) != 0;
    return is_city ? city : best;
}

static pt_status not_found(const char *name, struct pt_error *err)
{
    struct name best = {0};
    struct str list = {0};
    // No list, no suggestion: the zone is missing either way.
    if (read_file(ZONE_FOLDER "/tzdata.zi", &list, NULL) == PT_OK) {
        best = nearest_name(name, str_view(&list));
    }
    str_release(&list);
    error_set(err, PT_E_NOT_FOUND, "no time zone `%s`", name);
    if (err != NULL && best.text[0] != '\0') {
        snprintf(err->hint, sizeof err->hint, "did you mean `%s`?", best.text);
    }
    return PT_E_NOT_FOUND;
}

static pt_status fixed_zone(int64_t offset, struct zone **out, struct pt_error *err)
{
    struct zone *z = mem_zero(1, sizeof *z);
    if (z == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a time zone");
    }
    z->first_offset = (int32_t)offset;
    *out = z;
    return PT_OK;
}

// "+08:00", "-03:30".
static bool fixed_offset(const char *name, int64_t *seconds)
{
    int64_t at = 0;
    char text[32];
    if ((name[0] != '+' && name[0] != '-') || strlen(name) != 6) {
        return false;
    }
    snprintf(text, sizeof text, "1970-01-01T00:00:00%s", name);
    if (!time_parse(text_of(text), NULL, &at)) {
        return false;
    }
    *seconds = -at / US_PER_SECOND;
    return true;
}

pt_status zone_open(const char *name, struct zone **out, struct pt_error *err)
{
    char path[sizeof ZONE_FOLDER + ZONE_NAME_BYTES + 1];
    struct str bytes = {0};
    int64_t offset = 0;
    if (strcmp(name, "UTC") == 0 || fixed_offset(name, &offset)) {
        return fixed_zone(offset, out, err);
    }
    if (!is_zone_name(name)) {
        return not_found(name, err);
    }
    snprintf(path, sizeof path, ZONE_FOLDER "/%s", name);
    pt_status status = read_file(path, &bytes, err);
    if (status == PT_OK) {
        status = zone_read(str_view(&bytes), out, err);
        if (status != PT_OK) {
            error_prefix(err, "%s", path);
        }
    }
    str_release(&bytes);
    return status == PT_E_NOT_FOUND ? not_found(name, err) : status;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

// Seconds to take off `at` so that it falls into the transitions we keep.
static int64_t cycle_shift(const struct zone *z, int64_t at)
{
    if (!z->has_cycle || (at < z->cycle_start && !z->is_all_rule)) {
        return 0;
    }
    return floor_div(at - z->cycle_start, ZONE_CYCLE) * ZONE_CYCLE;
}

// Number of transitions at or before `at`.
static size_t count_until(const struct zone *z, int64_t at)
{
    size_t low = 0;
    size_t high = z->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->at[middle] <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int32_t offset_of(const struct zone *z, size_t count)
{
    return count == 0 ? z->first_offset : z->offset[count - 1];
}

int64_t zone_offset_us(const struct zone *z, int64_t utc_us)
{
    if (z->n == 0) {
        return z->first_offset * US_PER_SECOND;
    }
    int64_t at = floor_div(utc_us, US_PER_SECOND);
    return offset_of(z, count_until(z, at - cycle_shift(z, at))) * US_PER_SECOND;
}

// The offset in force before the first transition that the local time does not lie behind, seen
// from both its sides: the earlier instant of an overlap, the later side of a gap.
static int32_t local_offset(const struct zone *z, int64_t local)
{
    size_t count = count_until(z, local - (int64_t)2 * OFFSET_MOST);
    while (count < z->n) {
        int32_t before = offset_of(z, count);
        int32_t after = z->offset[count];
        if (local < z->at[count] + (before > after ? before : after)) {
            return before;
        }
        count++;
    }
    return offset_of(z, count);
}

int64_t zone_from_local(const struct zone *z, int64_t local_us)
{
    int64_t utc = 0;
    int64_t local = floor_div(local_us, US_PER_SECOND);
    int64_t offset = local_offset(z, local - cycle_shift(z, local)) * US_PER_SECOND;
    if (__builtin_sub_overflow(local_us, offset, &utc)) {
        return offset > 0 ? INT64_MIN : INT64_MAX;
    }
    return utc;
}
