// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Evaluates an expression over all people in chunks, so that temporary results stay small.
#ifndef PORTRAIT_CAMPAIGN_AUDIENCE_CHUNKS_H
#define PORTRAIT_CAMPAIGN_AUDIENCE_CHUNKS_H

#include "audience.h"

#define AUDIENCE_CHUNK_ROWS ((size_t)65536)

// Results of rows [first, first + values->n); borrowed for the call.
typedef pt_status (*audience_chunk_fn)(void *ctx, size_t first, const struct vec *values,
                                       struct pt_error *err);

pt_status audience_chunks_eval(const struct audience_people *people, const struct expr *e,
                               audience_chunk_fn take, void *ctx, struct pt_error *err);

#endif
