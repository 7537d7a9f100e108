// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Robots by their user agent: it holds one of some texts, in any case (ASCII).
#ifndef WEBLOG_BOT_H
#define WEBLOG_BOT_H

#include "weblog_value.h"

#define WEBLOG_BOTS_MAX 1024u

// The texts that tell a robot, grouped by first byte. Texts must outlive it.
struct weblog_bots {
    uint32_t n;
    uint16_t first[257]; // texts of first byte b (lower case): [first[b], first[b + 1])
    const char *text[WEBLOG_BOTS_MAX];
    uint16_t length[WEBLOG_BOTS_MAX];
};

// The built-in list.
const char *const *weblog_bot_builtin(uint32_t *n);
// Prepares a list of at most WEBLOG_BOTS_MAX texts; false when it is longer or a text is empty.
bool weblog_bot_prepare(struct weblog_bots *bots, const char *const *texts, uint32_t n);
bool weblog_bot_is(const struct weblog_bots *bots, struct weblog_bytes user_agent);

#endif
