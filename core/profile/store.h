// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Store: the memory that grows with distinct identifiers and values. While the budget lasts, blocks
// are plain memory; from then on they are pages of an unlinked temp file, which the system can
// write out and drop whenever memory is short. So a run that outgrows its memory gets slower
// instead of dying. Safe for many threads.
#ifndef PORTRAIT_PROFILE_STORE_H
#define PORTRAIT_PROFILE_STORE_H

#include "error.h"

struct store;

pt_status store_new(uint64_t memory_bytes, const char *temp_dir, struct store **out,
                    struct pt_error *err);
// Another with the same account, to be freed before the first.
pt_status store_beside(struct store *parent, struct store **out, struct pt_error *err);
void store_free(struct store *s); // NULL is fine; frees all pieces, arrays are dropped by then

// Zeroed bytes, aligned to 64, that live until store_free. NULL: see store_failure.
void *store_piece(struct store *s, size_t size);
// A zeroed array of its own; given back by store_drop.
void *store_array(struct store *s, size_t n, size_t size);
void store_drop(struct store *s, void *array); // NULL is fine
// Sets the error of a piece or array that was not given.
pt_status store_failure(struct store *s, const char *what, struct pt_error *err);

// The budget of the account from now on; what is there stays where it is.
void store_limit(struct store *s, uint64_t memory_bytes);
// So many bytes have been looked at in order: pages of the temp file among them go from memory.
void store_passed(struct store *s, uint64_t bytes);
// Lets the pages of the temp file go from memory; what they hold stays.
void store_rest(struct store *s);
uint64_t store_memory(struct store *s);     // bytes of plain memory on the account
uint64_t store_disk_bytes(struct store *s); // bytes that were put into the temp file

#endif
