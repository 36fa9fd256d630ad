# Prices of together, in USD per million tokens unless a unit says otherwise.

provider "together" {
  id_prefixes           = ["together/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 512
}

model "Austism/chronos-hermes-13b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.3"
    output = "0.3"
  }
}

model "BAAI/bge-base-en-v1.5" {
  kind           = "embedding"
  context_tokens = 512
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.008"
  }
}

model "Gryphe/MythoMax-L2-13b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.3"
    output = "0.3"
  }
}

model "MiniMaxAI/MiniMax-M2.7" {
  context_tokens    = 202752
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.06"
    output       = "1.2"
  }
}

model "Nexusflow/NexusRaven-V2-13B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.3"
    output = "0.3"
  }
}

model "NousResearch/Nous-Capybara-7B-V1p9" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "NousResearch/Nous-Hermes-llama-2-7b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "Open-Orca/Mistral-7B-OpenOrca" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "Qwen/Qwen2.5-7B-Instruct-Turbo" {
  context_tokens    = 32768
  max_output_tokens = 32768
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.3"
  }
}

model "Qwen/Qwen3-235B-A22B-Instruct-2507-tput" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.6"
  }
}

model "Qwen/Qwen3-235B-A22B-Thinking-2507" {
  context_tokens = 256000
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input  = "0.65"
    output = "3"
  }
}

model "Qwen/Qwen3-235B-A22B-fp8-tput" {
  context_tokens = 40000
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input  = "0.2"
    output = "0.6"
  }
}

model "Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "2"
  }
}

model "Qwen/Qwen3.5-397B-A17B" {
  context_tokens    = 262144
  max_output_tokens = 130000
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "3.6"
  }
}

model "Qwen/Qwen3.6-Plus" {
  context_tokens    = 1000000
  max_output_tokens = 500000
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "3"
  }
}

model "Qwen/Qwen3.7-Max" {
  context_tokens    = 1000000
  max_output_tokens = 500000
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.25"
    output = "3.75"
  }
}

model "deepseek-ai/DeepSeek-R1" {
  context_tokens    = 163839
  max_output_tokens = 163839
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "7"
  }
}

model "deepseek-ai/DeepSeek-R1-0528-tput" {
  context_tokens = 128000
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input  = "0.55"
    output = "2.19"
  }
}

model "deepseek-ai/DeepSeek-V3" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.25"
    output = "1.25"
  }
}

model "deepseek-ai/DeepSeek-V3.1" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "1.7"
  }
}

model "garage-bAInd/Platypus2-70B-instruct" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.9"
    output = "0.9"
  }
}

model "lmsys/vicuna-13b-v1.5" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.3"
    output = "0.3"
  }
}

model "meta-llama/Llama-2-7b-chat-hf" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Llama-3-70b-chat-hf" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.9"
    output = "0.9"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Llama-3-8b-chat-hf" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Llama-3.3-70B-Instruct-Turbo" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.88"
    output = "0.88"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8" {
  source      = "genai-prices, Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.27"
    output = "0.85"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Llama-4-Scout-17B-16E-Instruct" {
  source      = "genai-prices, Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.18"
    output = "0.59"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Meta-Llama-3-8B-Instruct-Lite" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo" {
  source      = "genai-prices, Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "3.5"
    output = "3.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo" {
  source      = "genai-prices, Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.88"
    output = "0.88"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo" {
  source      = "genai-prices, Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.18"
    output = "0.18"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 6404
  }
}

model "mistralai/Mistral-7B-Instruct-v0.1" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "mistralai/Mistral-7B-Instruct-v0.2" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "mistralai/Mixtral-8x7B-Instruct-v0.1" {
  source      = "Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.6"
    output = "0.6"
  }
}

model "moonshotai/Kimi-K2-Instruct" {
  source      = "Portkey Models, LiteLLM"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "1"
    output = "3"
  }
}

model "moonshotai/Kimi-K2-Instruct-0905" {
  context_tokens = 262144
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input  = "1"
    output = "3"
  }
}

model "moonshotai/Kimi-K2.5" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "2.8"
  }
}

model "moonshotai/Kimi-K2.6" {
  context_tokens    = 262144
  max_output_tokens = 131000
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.2"
    cached_input = "0.2"
    output       = "4.5"
  }
}

model "openai/gpt-oss-120b" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "openai/gpt-oss-20b" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.05"
    output = "0.2"
  }
}

model "openchat/openchat-3.5-1210" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "teknium/OpenHermes-2-Mistral-7B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "teknium/OpenHermes-2p5-Mistral-7B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/GPT-JT-Moderation-6B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/RedPajama-INCITE-7B-Base" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/RedPajama-INCITE-7B-Chat" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/RedPajama-INCITE-7B-Instruct" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/RedPajama-INCITE-Base-3B-v1" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
}

model "togethercomputer/RedPajama-INCITE-Chat-3B-v1" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
}

model "togethercomputer/RedPajama-INCITE-Instruct-3B-v1" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
}

model "togethercomputer/StripedHyena-Hessian-7B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/StripedHyena-Nous-7B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "togethercomputer/alpaca-7b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "upstage/SOLAR-10.7B-Instruct-v1.0" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.3"
    output = "0.3"
  }
}

model "zai-org/GLM-4.5-Air-FP8" {
  context_tokens = 128000
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input  = "0.2"
    output = "1.1"
  }
}

model "zai-org/GLM-5.2" {
  context_tokens    = 262144
  max_output_tokens = 164000
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.4"
    cached_input = "0.26"
    output       = "4.4"
  }
}

model "zero-one-ai/Yi-34B" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.8"
    output = "0.8"
  }
}
