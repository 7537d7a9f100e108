// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The list of files is fixed when an input is opened, sizes included: all splits of a run agree on
// it, whatever is appended to a log meanwhile.
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "digest.h"
#include "expand.h"
#include "fsys.h"
#include "input_entry.h"
#include "map.h"
#include "mem.h"

#define DEFAULT_RATIO 1000
#define DEFAULT_DECOMPRESSED ((uint64_t)1 << 40)
#define MAGIC_BYTES 4
#define FINGERPRINT_PART ((uint64_t)64 << 10)

pt_status input_entry_read(const struct input_entry *entry, int fd, struct input_range range,
                           void *buffer, struct pt_error *err)
{
    uint64_t offset = range.offset;
    uint64_t size = range.size;
    uint64_t done = 0;
    while (done < size) {
        ssize_t n = fsys_pread(fd, (char *)buffer + done, size - done, (off_t)(offset + done));
        if (n < 0) {
            return error_system(err, errno, "%s: byte %" PRIu64, entry->file.path, offset + done);
        }
        if (n == 0) {
            FAIL(err, PT_E_DATA,
                 "%s: byte %" PRIu64 ": the file has shrunk, it had %" PRIu64 " bytes",
                 entry->file.path, offset + done, entry->file.stored_bytes);
        }
        done += (uint64_t)n;
    }
    return PT_OK;
}

static pt_status check_same(const struct input_entry *entry, int fd, struct pt_error *err)
{
    struct stat found;
    if (fsys_fstat(fd, &found) != 0) {
        return error_system(err, errno, "%s", entry->file.path);
    }
    bool is_same = found.st_dev == entry->device && found.st_ino == entry->inode;
    if (!is_same || !S_ISREG(found.st_mode)) { // inode numbers are used again
        FAIL(err, PT_E_DATA, "%s: exchanged for another file while it was being read",
             entry->file.path);
    }
    return PT_OK;
}

pt_status input_entry_open(const struct input_entry *entry, int *fd, struct pt_error *err)
{
    // O_NONBLOCK: should the file have become a FIFO, opening does not wait for a writer.
    int opened = fsys_open(entry->file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (opened < 0) {
        return error_system(err, errno, "%s", entry->file.path);
    }
    pt_status status = check_same(entry, opened, err);
    if (status != PT_OK) {
        (void)fsys_close(opened);
        return status;
    }
    *fd = opened;
    return PT_OK;
}

static bool ends_with(const char *path, const char *end)
{
    size_t n = strlen(path);
    size_t m = strlen(end);
    return n >= m && memcmp(path + n - m, end, m) == 0;
}

// gzip: RFC 1952, 2.3.1. zstd: RFC 8878, 3.1.1 and 3.1.2 (skippable frames).
static enum input_compression told_by_bytes(const uint8_t *p, size_t n)
{
    if (n >= 2 && p[0] == 0x1F && p[1] == 0x8B) {
        return INPUT_GZIP;
    }
    bool is_frame = n >= 4 && p[0] == 0x28 && p[1] == 0xB5 && p[2] == 0x2F && p[3] == 0xFD;
    bool is_skippable =
        n >= 4 && (p[0] & 0xF0) == 0x50 && p[1] == 0x2A && p[2] == 0x4D && p[3] == 0x18;
    return is_frame || is_skippable ? INPUT_ZSTD : INPUT_PLAIN;
}

static pt_status detect(struct input_entry *entry, int fd, struct pt_error *err)
{
    uint8_t head[MAGIC_BYTES] = {0};
    uint64_t stored = entry->file.stored_bytes;
    size_t n = stored < sizeof head ? (size_t)stored : sizeof head;
    TRY(input_entry_read(entry, fd, (struct input_range){0, n}, head, err));
    entry->file.compression = told_by_bytes(head, n);
    if (n < 2 && ends_with(entry->file.path, ".gz")) {
        entry->file.compression = INPUT_GZIP;
    }
    if (n < MAGIC_BYTES && ends_with(entry->file.path, ".zst")) {
        entry->file.compression = INPUT_ZSTD;
    }
    return PT_OK;
}

static pt_status check_regular(const char *path, mode_t mode, struct pt_error *err)
{
    if (S_ISREG(mode)) {
        return PT_OK;
    }
    const char *kind = S_ISDIR(mode)    ? "a folder"
                       : S_ISFIFO(mode) ? "a pipe"
                       : S_ISSOCK(mode) ? "a socket"
                                        : "a device";
    FAIL(err, PT_E_IO, "%s: is %s, not a file", path, kind);
}

static pt_status entry_init(struct input_entry *entry, const char *path, struct pt_error *err)
{
    struct stat found;
    if (fsys_stat(path, &found) != 0) {
        return error_system(err, errno, "%s", path);
    }
    TRY(check_regular(path, found.st_mode, err));
    *entry = (struct input_entry){
        .file = {.path = path,
                 .stored_bytes = (uint64_t)found.st_size,
                 .mtime_us =
                     ((int64_t)found.st_mtim.tv_sec * 1000000) + (found.st_mtim.tv_nsec / 1000)},
        .device = found.st_dev,
        .inode = found.st_ino,
    };
    int fd = -1;
    TRY(input_entry_open(entry, &fd, err));
    pt_status status = detect(entry, fd, err);
    (void)fsys_close(fd);
    return status;
}

static pt_status add_entry(struct input *in, const char *path, struct pt_error *err)
{
    const char *copy = arena_strdup(&in->arena, path);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a list of files");
    }
    TRY(entry_init(&in->entries[in->n], copy, err));
    in->n++;
    return PT_OK;
}

static pt_status fill(struct input *in, const struct expansion *paths, struct pt_error *err)
{
    in->entries = arena_zero(&in->arena, paths->n, sizeof *in->entries);
    if (in->entries == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a list of %zu files", paths->n);
    }
    pt_status status = PT_OK;
    for (size_t i = 0; i < paths->n && status == PT_OK; i++) {
        status = add_entry(in, paths->paths[i], err);
    }
    return status;
}

pt_status input_open(const char *folder, const char *pattern, const struct input_limits *limits,
                     struct input **out, struct pt_error *err)
{
    struct expansion paths = {0};
    struct input *in = mem_zero(1, sizeof *in);
    if (in == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to open %s", pattern);
    }
    if (limits != NULL) {
        in->limits = *limits;
    }
    if (in->limits.max_ratio == 0) {
        in->limits.max_ratio = DEFAULT_RATIO;
    }
    if (in->limits.max_decompressed == 0) {
        in->limits.max_decompressed = DEFAULT_DECOMPRESSED;
    }
    pt_status status = expand_pattern(folder, pattern, &paths, err);
    if (status == PT_OK) {
        status = fill(in, &paths, err);
    }
    expand_release(&paths);
    if (status != PT_OK) {
        input_close(in);
        return status;
    }
    *out = in;
    return PT_OK;
}

uint32_t input_count(const struct input *in)
{
    return in->n;
}

const struct input_file *input_file_at(const struct input *in, uint32_t i)
{
    return i < in->n ? &in->entries[i].file : NULL;
}

uint64_t input_bytes_taken(const struct input *in)
{
    uint64_t taken = 0;
    for (uint32_t i = 0; i < in->n; i++) {
        taken += atomic_load_explicit(&in->entries[i].taken, memory_order_relaxed);
    }
    return taken;
}

void input_close(struct input *in)
{
    if (in == NULL) {
        return;
    }
    arena_release(&in->arena);
    mem_free(in);
}

// Two hashes of different seeds, fed part by part, the size first.
struct fingerprint {
    uint64_t hash[2];
    uint8_t *buffer; // of a part
};

static void fingerprint_add(struct fingerprint *f, const void *data, size_t n)
{
    f->hash[0] = hash_bytes(data, n, f->hash[0]);
    f->hash[1] = hash_bytes(data, n, ~f->hash[1]);
}

static pt_status fingerprint_part(const struct input_entry *entry, int fd, uint64_t start,
                                  struct fingerprint *f, struct pt_error *err)
{
    uint64_t left = entry->file.stored_bytes - start;
    struct input_range range = {start, left < FINGERPRINT_PART ? left : FINGERPRINT_PART};
    TRY(input_entry_read(entry, fd, range, f->buffer, err));
    fingerprint_add(f, f->buffer, (size_t)range.size);
    return PT_OK;
}

static pt_status fingerprint_file(const struct input_entry *entry, int fd, struct fingerprint *f,
                                  struct pt_error *err)
{
    uint64_t size = entry->file.stored_bytes;
    uint64_t last = size > FINGERPRINT_PART ? size - FINGERPRINT_PART : 0;
    fingerprint_add(f, &size, sizeof size);
    TRY(fingerprint_part(entry, fd, 0, f, err));
    TRY(fingerprint_part(entry, fd, last / 2, f, err));
    return fingerprint_part(entry, fd, last, f, err);
}

pt_status input_fingerprint(const struct input *in, uint32_t file, char out_hex[33],
                            struct pt_error *err)
{
    if (file >= in->n) {
        FAIL(err, PT_E_INVALID, "no input file %" PRIu32, file);
    }
    const struct input_entry *entry = &in->entries[file];
    struct fingerprint f = {{0x706f7274726169, 0x74696e707574}, mem_alloc(FINGERPRINT_PART)};
    if (f.buffer == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to fingerprint %s", entry->file.path);
    }
    int fd = -1;
    pt_status status = input_entry_open(entry, &fd, err);
    if (status == PT_OK) {
        status = fingerprint_file(entry, fd, &f, err);
        (void)fsys_close(fd);
    }
    mem_free(f.buffer);
    if (status == PT_OK) {
        uint8_t bytes[16];
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (uint8_t)(f.hash[i / 8] >> (56 - (8 * (i % 8))));
        }
        digest_hex(bytes, sizeof bytes, out_hex);
    }
    return status;
}
