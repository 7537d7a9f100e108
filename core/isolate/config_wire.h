// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A filled config struct as typed values, so that a child can fill its own. Pointers to things of
// the host become numbers: inputs by their place in the list, secrets by their handle.
#ifndef PORTRAIT_ISOLATE_CONFIG_WIRE_H
#define PORTRAIT_ISOLATE_CONFIG_WIRE_H

#include <portrait/host.h>

#include "arena.h"
#include "registry.h"
#include "wire.h"

// What the config names: all that an instance may ask the host for.
struct config_links {
    const pt_input **inputs;
    size_t n_inputs;
    size_t inputs_capacity;
    uint32_t *secrets;
    size_t n_secrets;
    size_t secrets_capacity;
};

pt_status config_encode(const struct component_info *component, const void *config, struct str *out,
                        struct config_links *links, struct pt_error *err);
void config_links_release(struct config_links *links);

// Where the child's config and all it points to live, and how it makes an input of a number.
struct config_decoder {
    struct arena *arena;
    void *ctx;
    pt_input *(*input)(void *ctx, uint32_t index); // NULL = no memory
};

pt_status config_decode(const struct component_info *component, struct wire *in,
                        const struct config_decoder *decoder, void **out, struct pt_error *err);

#endif
