// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A starter: a folder of small text files to begin a plugin with, copied under another name.
#ifndef PORTRAIT_IO_STARTER_H
#define PORTRAIT_IO_STARTER_H

#include <stddef.h>

#include "error.h"

// A word that stands for the starter's own name, in file names and texts, and what replaces it.
struct starter_word {
    const char *from;
    const char *to;
};

// Copies the files of `from` into the new folder `to`, whole or not at all. PT_E_STATE when `to`
// is there already; PT_E_NOT_FOUND without `from`; PT_E_IO names the file.
pt_status starter_copy(const char *from, const char *to, const struct starter_word *words,
                       size_t n_words, struct pt_error *err);

#endif
