// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Puts the host's own allocation calls in the place of malloc and its kin for one loaded plugin, by
// the slots through which the plugin calls them. So its blocks are counted, any one of them can be
// made to fail, and what it freed can be seen to be used still. Private to core/conformance.
#ifndef PORTRAIT_CONFORMANCE_ALLOC_HOOK_H
#define PORTRAIT_CONFORMANCE_ALLOC_HOOK_H

// `vtable` is that of one of the plugin's components. What the plugin calls otherwise (operator
// new of libstdc++, say) stays as it is. Call it before anything of the plugin runs.
void alloc_hook_install(const void *vtable);

#endif
