// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A host of malloc and nothing else, for parsers that only need memory.
#ifndef MONGO_PLAIN_HOST_H
#define MONGO_PLAIN_HOST_H

#include <stdlib.h>

#include <portrait/host.h>

static inline void *mongo_plain_alloc(const pt_host *host, uint64_t size)
{
    (void)host;
    return malloc(size);
}

static inline void *mongo_plain_realloc(const pt_host *host, void *memory, uint64_t size)
{
    (void)host;
    return realloc(memory, size);
}

static inline void mongo_plain_free(const pt_host *host, void *memory)
{
    (void)host;
    free(memory);
}

static inline const pt_host *mongo_plain_host(void)
{
    static const pt_host host = {.struct_size = sizeof host,
                                 .alloc = mongo_plain_alloc,
                                 .realloc = mongo_plain_realloc,
                                 .free = mongo_plain_free};
    return &host;
}

#endif
