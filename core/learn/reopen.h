// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model file opened by itself, without its pipeline: its plugin is found in the registry, its
// options are those it was learnt with, which the training text keeps.
#ifndef PORTRAIT_LEARN_REOPEN_H
#define PORTRAIT_LEARN_REOPEN_H

#include "config.h"
#include "learn.h"

struct reopened {
    const struct component_info *component;
    struct config *config;
    struct learned *model;
};

// PT_E_DATA and PT_E_UNSUPPORTED as learned_load, PT_E_NOT_FOUND when there is no such plugin,
// PT_E_CONFIG when its options no longer fit. Release with reopened_release.
pt_status learned_reopen(const struct registry *registry, const pt_host *host, struct text bytes,
                         struct reopened *out, struct pt_error *err);
void reopened_release(struct reopened *r); // {0} is fine

#define REOPEN_OPTIONS "with" // of the training text

// The options of a pipeline as JSON, every value a text; NULL = none.
void reopen_put_options(const struct node *with, struct json_writer *w);

#endif
