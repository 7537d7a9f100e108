// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "fsys.h"

#define BYTES_MIN ((uint64_t)1 << 20)

// Half as much again, so that batches that grow do not ask each time.
static uint64_t size_for(uint64_t n)
{
    uint64_t size = (n + n / 2 + 4095) & ~(uint64_t)4095;
    size = size < BYTES_MIN ? BYTES_MIN : size;
    return size > SEGMENT_BYTES_MAX ? SEGMENT_BYTES_MAX : size;
}

static pt_status map_bytes(struct segment *s, int fd, uint64_t n, struct pt_error *err)
{
    void *map = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        return error_system(err, errno, "memory shared for batches");
    }
    segment_release(s);
    *s = (struct segment){map, n};
    return PT_OK;
}

pt_status segment_make(struct segment *s, uint64_t n, int *fd, struct pt_error *err)
{
    if (n > SEGMENT_BYTES_MAX) {
        FAIL(err, PT_E_LIMIT, "a batch of %llu bytes, at most %llu are allowed",
             (unsigned long long)n, (unsigned long long)SEGMENT_BYTES_MAX);
    }
    uint64_t size = size_for(n);
    int made = memfd_create("portrait-batches", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made < 0) {
        return error_system(err, errno, "memory shared for batches");
    }
    // Sealed in size: a child that cut it could make the host fault.
    bool is_made = fsys_ftruncate(made, (off_t)size) == 0 &&
                   fcntl(made, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
    pt_status status = is_made ? map_bytes(s, made, size, err)
                               : error_system(err, errno, "memory shared for batches");
    if (status != PT_OK) {
        fsys_close(made);
        return status;
    }
    *fd = made;
    return PT_OK;
}

pt_status segment_join(struct segment *s, int fd, struct pt_error *err)
{
    struct stat info;
    if (fsys_fstat(fd, &info) != 0) {
        return error_system(err, errno, "memory shared for batches");
    }
    return map_bytes(s, fd, (uint64_t)info.st_size, err);
}

void segment_release(struct segment *s)
{
    if (s->bytes != NULL) {
        munmap(s->bytes, s->n);
    }
    *s = (struct segment){0};
}
