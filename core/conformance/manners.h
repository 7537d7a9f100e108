// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a plugin must leave as it is in the process of its host: locale, environment, modes of
// arithmetic, signals, working folder, descriptors, threads. Private to core/conformance.
#ifndef PORTRAIT_CONFORMANCE_MANNERS_H
#define PORTRAIT_CONFORMANCE_MANNERS_H

#include <signal.h>

#include "subject.h"

#define MANNERS_SIGNALS 65

struct manners {
    uint64_t locale;
    uint64_t environment;
    uint64_t folder;
    uint64_t arithmetic;
    uint64_t mask; // of signals
    void (*actions[MANNERS_SIGNALS])(int);
    uint32_t umask;
    uint32_t descriptors;
    uint32_t threads;
};

void manners_take(struct manners *out);
// Tells a fault for everything that is not as it was.
void manners_compare(struct subject *s, const struct manners *before);
uint32_t manners_descriptors(void);
uint32_t manners_threads(void);

#endif
