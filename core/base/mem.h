// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Memory: every allocation of the core goes through here, so that tests can make any one fail.
// Sizes are multiplied with overflow check; a failed call returns NULL and changes nothing.
#ifndef PORTRAIT_BASE_MEM_H
#define PORTRAIT_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <portrait/abi.h>

void *mem_alloc(size_t size);                     // uninitialised; size 0 gives a unique pointer
void *mem_zero(size_t n, size_t size);            // n * size zero bytes
void *mem_array(size_t n, size_t size);           // n * size bytes, uninitialised
void *mem_resize(void *p, size_t n, size_t size); // realloc to n * size; p stays valid on NULL
void *mem_aligned(size_t alignment, size_t size); // free with mem_free
void mem_free(void *p);                           // NULL is fine
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t n);

// Zeroed pages straight from the system, for blocks of megabytes that go back to it as a whole.
// With a file (fd >= 0) they are its bytes at `at`, which must be there; the system can write such
// pages back and use their memory for something else.
void *mem_map(size_t size, int fd, uint64_t at);
void mem_unmap(void *p, size_t size); // NULL is fine
// Pages of a file that are not needed soon; what they hold stays.
void mem_rest(void *p, size_t size);

// Makes room for `need` elements of `size` bytes in a growing array: *capacity doubles. Returns
// false when memory is out; the array is unchanged then.
bool mem_reserve(void *array_pointer, size_t *capacity, size_t need, size_t size);

// Fault switch, for tests only: the `at`-th allocation from now (1 = next) returns NULL, and every
// later one too when `forever`. at = 0 switches off. Counts are of this process.
void mem_fault_arm(uint64_t at, bool forever);
// Allocations since the last mem_fault_arm().
uint64_t mem_fault_calls(void);
// Blocks allocated and not yet freed.
int64_t mem_live_blocks(void);

#endif
