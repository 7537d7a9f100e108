// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_export.h"

#include <stdio.h>
#include <string.h>

struct export_stream {
    const pt_host *host;
    const struct pt_export_ops *ops;
    void *self;
    pt_status status;
    bool is_at_end;
    char message[PT_EXPORT_MESSAGE];
};

static int stream_status(struct export_stream *s, pt_status status)
{
    if (status != PT_OK && s->message[0] == '\0') {
        const char *text = status == PT_E_NO_MEMORY   ? "out of memory"
                           : status == PT_E_CANCELLED ? "cancelled"
                                                      : "reading failed";
        snprintf(s->message, sizeof s->message, "%s", text);
    }
    return (int)status;
}

static int export_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct export_stream *s = stream->private_data;
    s->message[0] = '\0';
    return stream_status(s, s->ops->schema(s->self, out, s->message, sizeof s->message));
}

static int export_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct export_stream *s = stream->private_data;
    memset(out, 0, sizeof *out);
    if (s->status != PT_OK || s->is_at_end) {
        return (int)s->status;
    }
    s->message[0] = '\0';
    s->status = s->ops->next(s->self, out, s->message, sizeof s->message);
    s->is_at_end = s->status == PT_OK && out->release == NULL;
    return stream_status(s, s->status);
}

static const char *export_last_error(struct ArrowArrayStream *stream)
{
    struct export_stream *s = stream->private_data;
    return s->message[0] == '\0' ? NULL : s->message;
}

static void export_release(struct ArrowArrayStream *stream)
{
    struct export_stream *s = stream->private_data;
    s->ops->free(s->self);
    pt_mem_free(s->host, s);
    stream->release = NULL;
}

pt_status pt_export_stream(const pt_host *host, const struct pt_export_ops *ops, void *self,
                           struct ArrowArrayStream *out)
{
    struct export_stream *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return PT_E_NO_MEMORY;
    }
    s->host = host;
    s->ops = ops;
    s->self = self;
    *out = (struct ArrowArrayStream){.get_schema = export_schema,
                                     .get_next = export_next,
                                     .get_last_error = export_last_error,
                                     .release = export_release,
                                     .private_data = s};
    return PT_OK;
}
