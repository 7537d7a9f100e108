// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sound plugin under another name of its entry, to be spoilt: every broken plugin here is one
// that works, with one fault (FAULT, set by the build) laid over it.
#ifndef PORTRAIT_TEST_FAULTY_SOUND_H
#define PORTRAIT_TEST_FAULTY_SOUND_H

#include <portrait/plugin.h>

const pt_plugin *sound_plugin(void);

// The sound plugin's descriptor with another vtable in its component `index`. The returned
// descriptor lives for ever.
const pt_plugin *spoilt_plugin(uint32_t index, const void *vtable);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

#endif
