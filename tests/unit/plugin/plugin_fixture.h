// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Where the plugins of the tests are, and a registry of the sound ones.
#ifndef PORTRAIT_TEST_PLUGIN_FIXTURE_H
#define PORTRAIT_TEST_PLUGIN_FIXTURE_H

#include "registry.h"

#define SOUND_PLUGINS "abi-plugins"
#define FAULTY_PLUGINS "faulty-plugins"

// Absolute path of a folder of test plugins; valid until the next call.
const char *fixture_folder(const char *name);
// Opens the sound plugins, or fails the test.
struct registry *fixture_registry(void);

#endif
