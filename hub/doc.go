// Package hub fetches encoders from the Hugging Face Hub, or a mirror of it,
// into the user's cache.
//
// Pull asks the hub which commit a branch, tag or commit stands for, and what
// files that has; fetches those that an encoder needs and no others; and gives
// the directory its name when every file is there and has the checksum that the
// hub states for it: SHA-256 for what the hub keeps outside git, git's SHA-1 for
// the rest. Whatever a server or a connection does, there is a whole directory
// afterwards or none. Weights are safetensors: pickles, which can run any
// program when they are read, are never fetched.
//
// In the cache directory ORG--NAME holds a directory for each commit that was
// pulled, and hub.json, which lists their files and says which of them the name
// ORG/NAME stands for: that of the last pull. What is not listed there is not
// taken for a model. Directories of other commits stay until they are deleted by
// hand.
//
// The environment is that of Python's huggingface_hub: HF_ENDPOINT is the
// address of a mirror; HF_TOKEN, or the file token in HF_HOME
// (~/.cache/huggingface), lets the user's account in; HF_HUB_OFFLINE=1 keeps
// from the network. Proxies are those of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
package hub
