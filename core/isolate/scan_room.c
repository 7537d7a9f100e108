// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scan_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "confine.h"

static bool serve_nothing(void *ctx, const struct refused_call *call, int64_t *result)
{
    (void)ctx;
    (void)call;
    (void)result;
    return false;
}

// Closes what the parent had open, but two.
static void keep_two(int a, int b)
{
    unsigned low = (unsigned)(a < b ? a : b);
    unsigned high = (unsigned)(a < b ? b : a);
    if (low > 3) {
        close_range(3, low - 1, 0);
    }
    if (high > low + 1) {
        close_range(low + 1, high - 1, 0);
    }
    close_range(high + 1, ~0u, 0);
}

static pt_status enter(void *ctx, int file, int answer, struct pt_error *err)
{
    struct scan_room *r = ctx;
    char path[64];
    const char *paths[] = {path};
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const struct confinement limits = {
        .refusals = &r->refusals, .memory_bytes = UINT64_MAX, .paths = paths, .n_paths = 1};
    keep_two(file, answer);
    return confine_load(&limits, err);
}

static void left(void *ctx, const char *path)
{
    struct scan_room *r = ctx;
    char text[192];
    char line[512];
    for (uint32_t i = 0; refusals_describe(r->refusals.window, i, text, sizeof text); i++) {
        snprintf(line, sizeof line, "%s tried %s: refused, it was only looked at", path, text);
        r->tell(r->ctx, line);
    }
    memset(r->refusals.window, 0, sizeof *r->refusals.window);
}

pt_status scan_room_init(struct scan_room *out, void (*tell)(void *ctx, const char *line),
                         void *ctx, struct pt_error *err)
{
    void *map = mmap(NULL, sizeof(struct window), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        return error_system(err, errno, "memory shared with a plugin");
    }
    *out = (struct scan_room){.confine = {.enter = enter, .left = left, .ctx = out},
                              .refusals = {.window = map, .serve = serve_nothing},
                              .tell = tell,
                              .ctx = ctx};
    return PT_OK;
}

void scan_room_release(struct scan_room *r)
{
    if (r->refusals.window != NULL) {
        munmap(r->refusals.window, sizeof *r->refusals.window);
    }
    *r = (struct scan_room){0};
}
