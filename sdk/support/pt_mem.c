// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES 1024

void *pt_mem_array(const pt_host *host, uint64_t n, uint64_t size)
{
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    return host->alloc(host, bytes == 0 ? 1 : bytes);
}

void *pt_mem_zero(const pt_host *host, uint64_t n, uint64_t size)
{
    void *memory = pt_mem_array(host, n, size);
    if (memory != NULL) {
        memset(memory, 0, n * size);
    }
    return memory;
}

void *pt_mem_resize(const pt_host *host, void *memory, uint64_t n, uint64_t size)
{
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    return host->realloc(host, memory, bytes == 0 ? 1 : bytes);
}

char *pt_mem_text(const pt_host *host, const void *data, uint64_t size)
{
    if (size == UINT64_MAX) {
        return NULL;
    }
    char *copy = pt_mem_array(host, size + 1, 1);
    if (copy == NULL) {
        return NULL;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    copy[size] = '\0';
    return copy;
}

bool pt_mem_reserve(const pt_host *host, void *array, uint64_t *capacity, uint64_t need,
                    uint64_t size)
{
    if (need <= *capacity) {
        return true;
    }
    uint64_t wanted = *capacity > UINT64_MAX / 2 ? need : *capacity * 2;
    if (wanted < need) {
        wanted = need;
    }
    void *memory = NULL;
    memcpy(&memory, array, sizeof memory);
    memory = pt_mem_resize(host, memory, wanted, size);
    if (memory == NULL) {
        return false;
    }
    memcpy(array, &memory, sizeof memory);
    *capacity = wanted;
    return true;
}

void pt_mem_free(const pt_host *host, void *memory)
{
    host->free(host, memory);
}

pt_status pt_fail(const pt_host *host, pt_error *err, pt_status code, const char *option,
                  const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return host->error_set(err, code, n < 0 ? format : message, option, 0);
}
