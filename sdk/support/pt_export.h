// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// An ArrowArrayStream from three callbacks, with the error text kept as the stream's own.
#ifndef PT_EXPORT_STREAM_H
#define PT_EXPORT_STREAM_H

#include <portrait/arrow.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

#define PT_EXPORT_MESSAGE 512

struct pt_export_ops {
    // Fills *out, or returns a status and may write a message (at most `capacity` bytes with NUL).
    pt_status (*schema)(void *self, struct ArrowSchema *out, char *message, uint64_t capacity);
    // The next batch; leaves out->release NULL at the end.
    pt_status (*next)(void *self, struct ArrowArray *out, char *message, uint64_t capacity);
    void (*free)(void *self);
};

// On success the stream owns `self` and frees it with ops->free; `ops` must be constant. After an
// error or the end, get_next keeps giving the same answer. PT_E_NO_MEMORY leaves `self` alone.
pt_status pt_export_stream(const pt_host *host, const struct pt_export_ops *ops, void *self,
                           struct ArrowArrayStream *out);

PT_EXTERN_C_END

#endif
