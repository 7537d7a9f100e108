// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_window.h"

#include <string.h>

pt_status pt_window_open(struct pt_window *w, const pt_host *host, const pt_input *input,
                         const struct pt_range *range, uint64_t block, pt_error *err)
{
    *w = (struct pt_window){.host = host, .base = range->begin};
    w->block = block == 0 ? PT_WINDOW_BLOCK : block;
    w->buffer = pt_mem_array(host, w->block + PT_WINDOW_PAD, 1);
    if (w->buffer == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "out of memory for reading");
    }
    w->capacity = w->block;
    pt_status status = host->input->open(input, range->file, range->begin, &w->stream, err);
    if (status != PT_OK) {
        pt_mem_free(host, w->buffer);
        w->buffer = NULL;
    }
    return status;
}

void pt_window_close(struct pt_window *w)
{
    if (w->host != NULL) {
        w->host->input->close(w->stream);
        pt_mem_free(w->host, w->buffer);
    }
    *w = (struct pt_window){0};
}

// Room for a block behind `end`: unread bytes go to the front; the buffer doubles when they fill
// more than it can spare.
static bool window_make_room(struct pt_window *w)
{
    if (w->begin > 0) {
        memmove(w->buffer, w->buffer + w->begin, w->end - w->begin);
        w->base += w->begin;
        w->end -= w->begin;
        w->begin = 0;
    }
    if (w->capacity - w->end >= w->block) {
        return true;
    }
    uint64_t wanted = w->capacity * 2;
    wanted = wanted < w->end + w->block ? w->end + w->block : wanted;
    uint8_t *buffer = pt_mem_resize(w->host, w->buffer, wanted + PT_WINDOW_PAD, 1);
    if (buffer == NULL) {
        return false;
    }
    w->buffer = buffer;
    w->capacity = wanted;
    return true;
}

pt_status pt_window_fill(struct pt_window *w, pt_error *err)
{
    if (w->is_at_end) {
        return PT_OK;
    }
    if (!window_make_room(w)) {
        return pt_fail(w->host, err, PT_E_NO_MEMORY, NULL, "out of memory for reading");
    }
    uint64_t size = 0;
    pt_status status =
        w->host->input->read(w->stream, w->buffer + w->end, w->capacity - w->end, &size, err);
    if (status != PT_OK) {
        return status;
    }
    w->end += size;
    w->is_at_end = size == 0;
    memset(w->buffer + w->end, 0, PT_WINDOW_PAD);
    return PT_OK;
}
