// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "sound.h"

#define COMPONENTS 4

const pt_plugin *spoilt_plugin(uint32_t index, const void *vtable)
{
    static pt_component spoilt;
    static const pt_component *components[COMPONENTS];
    static pt_plugin plugin;
    const pt_plugin *sound = sound_plugin();
    for (uint32_t i = 0; i < sound->n_components && i < COMPONENTS; i++) {
        components[i] = sound->components[i];
    }
    spoilt = *sound->components[index];
    spoilt.vtable = vtable;
    components[index] = &spoilt;
    plugin = *sound;
    plugin.components = components;
    return &plugin;
}
