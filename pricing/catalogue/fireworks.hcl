# Prices of fireworks, in USD per million tokens unless a unit says otherwise.

provider "fireworks" {
  id_prefixes           = ["fireworks_ai/", "accounts/fireworks/models/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 512
}

model "WhereIsAI/UAE-Large-V1" {
  kind           = "embedding"
  context_tokens = 512
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.016"
  }
}

model "accounts/fireworks/models/deepseek-r1-0528" {
  context_tokens    = 160000
  max_output_tokens = 160000
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "8"
  }
}

model "accounts/fireworks/models/deepseek-v3-0324" {
  context_tokens    = 163840
  max_output_tokens = 163840
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.9"
    output = "0.9"
  }
}

model "accounts/fireworks/models/deepseek-v3p2" {
  context_tokens    = 163840
  max_output_tokens = 163840
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.56"
    cached_input = "0.28"
    output       = "1.68"
  }
}

model "accounts/fireworks/models/deepseek-v4-flash" {
  context_tokens    = 1048576
  max_output_tokens = 384000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.14"
    cached_input = "0.028"
    output       = "0.28"
  }
}

model "accounts/fireworks/models/deepseek-v4-pro" {
  context_tokens    = 1048576
  max_output_tokens = 384000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.74"
    cached_input = "0.145"
    output       = "3.48"
  }
}

model "accounts/fireworks/models/glm-4p7" {
  context_tokens    = 202800
  max_output_tokens = 202800
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.3"
    output       = "2.2"
  }
}

model "accounts/fireworks/models/glm-5p1" {
  context_tokens    = 202800
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.4"
    cached_input = "0.26"
    output       = "4.4"
  }
}

model "accounts/fireworks/models/glm-5p2" {
  context_tokens    = 1048576
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.4"
    cached_input = "0.14"
    output       = "4.4"
  }
}

model "accounts/fireworks/models/gpt-oss-120b" {
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.015"
    output       = "0.6"
  }
}

model "accounts/fireworks/models/gpt-oss-20b" {
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.07"
    cached_input = "0.035"
    output       = "0.3"
  }
}

model "accounts/fireworks/models/kimi-k2p5" {
  context_tokens    = 262144
  max_output_tokens = 32768
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.1"
    output       = "3"
  }
}

model "accounts/fireworks/models/kimi-k2p6" {
  context_tokens    = 262144
  max_output_tokens = 262000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.95"
    cached_input = "0.16"
    output       = "4"
  }
}

model "accounts/fireworks/models/kimi-k2p7-code" {
  context_tokens    = 262144
  max_output_tokens = 262000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.95"
    cached_input = "0.19"
    output       = "4"
  }
}

model "accounts/fireworks/models/llama4-maverick-instruct-basic" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.22"
    output = "0.88"
  }
}

model "accounts/fireworks/models/minimax-m2p1" {
  context_tokens    = 204800
  max_output_tokens = 204800
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.03"
    output       = "1.2"
  }
}

model "accounts/fireworks/models/minimax-m2p7" {
  context_tokens    = 196608
  max_output_tokens = 196608
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.06"
    output       = "1.2"
  }
}

model "accounts/fireworks/models/minimax-m3" {
  context_tokens    = 512000
  max_output_tokens = 512000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.06"
    output       = "1.2"
  }
}

model "accounts/fireworks/models/qwen2p5-vl-72b-instruct" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.9"
    output = "0.9"
  }
}

model "accounts/fireworks/models/qwen3-235b-a22b" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.22"
    output = "0.88"
  }
}

model "accounts/fireworks/models/qwen3p7-plus" {
  context_tokens    = 262144
  max_output_tokens = 65536
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.08"
    output       = "1.6"
  }
}

model "accounts/fireworks/routers/glm-5p1-fast" {
  context_tokens    = 202800
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.8"
    cached_input = "0.52"
    output       = "8.8"
  }
}

model "accounts/fireworks/routers/glm-5p2-fast" {
  context_tokens    = 1048575
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.1"
    cached_input = "0.21"
    output       = "6.6"
  }
}

model "accounts/fireworks/routers/kimi-k2p6-fast" {
  context_tokens    = 262144
  max_output_tokens = 262000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.3"
    output       = "8"
  }
}

model "accounts/fireworks/routers/kimi-k2p7-code-fast" {
  context_tokens    = 262144
  max_output_tokens = 262000
  hidden_output     = true
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.9"
    cached_input = "0.38"
    output       = "8"
  }
}

model "deepseek-v4-flash" {
  context_tokens    = 1048576
  max_output_tokens = 384000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.14"
    cached_input = "0.028"
    output       = "0.28"
  }
}

model "deepseek-v4-pro" {
  context_tokens    = 1048576
  max_output_tokens = 384000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.74"
    cached_input = "0.145"
    output       = "3.48"
  }
}

model "glm-4p7" {
  context_tokens    = 202800
  max_output_tokens = 202800
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.3"
    output       = "2.2"
  }
}

model "glm-5p1" {
  context_tokens    = 202800
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.4"
    cached_input = "0.26"
    output       = "4.4"
  }
}

model "glm-5p1-fast" {
  context_tokens    = 202800
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.8"
    cached_input = "0.52"
    output       = "8.8"
  }
}

model "glm-5p2" {
  context_tokens    = 1048576
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.4"
    cached_input = "0.14"
    output       = "4.4"
  }
}

model "gpt-oss-120b" {
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.015"
    output       = "0.6"
  }
}

model "gpt-oss-20b" {
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.07"
    cached_input = "0.035"
    output       = "0.3"
  }
}

model "kimi-k2p5" {
  context_tokens    = 262144
  max_output_tokens = 32768
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.1"
    output       = "3"
  }
}

model "kimi-k2p6" {
  context_tokens    = 262144
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.95"
    cached_input = "0.16"
    output       = "4"
  }
}

model "kimi-k2p6-fast" {
  context_tokens    = 262144
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.3"
    output       = "8"
  }
}

model "kimi-k2p7-code" {
  context_tokens    = 262144
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.95"
    cached_input = "0.19"
    output       = "4"
  }
}

model "kimi-k2p7-code-fast" {
  context_tokens    = 262144
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.9"
    cached_input = "0.38"
    output       = "8"
  }
}

model "llama4-maverick-instruct-basic" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.22"
    output = "0.88"
  }
}

model "minimax-m2p1" {
  context_tokens    = 204800
  max_output_tokens = 204800
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.03"
    output       = "1.2"
  }
}

model "minimax-m2p7" {
  context_tokens    = 196608
  max_output_tokens = 196608
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.06"
    output       = "1.2"
  }
}

model "minimax-m3" {
  context_tokens    = 512000
  max_output_tokens = 512000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.06"
    output       = "1.2"
  }
}

model "nemotron-3-ultra-nvfp4" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.12"
    output       = "2.4"
  }
}

model "nomic-ai/nomic-embed-text-v1" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.008"
  }
}

model "nomic-ai/nomic-embed-text-v1.5" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.008"
  }
}

model "qwen3p6-plus" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.5"
    cached_input = "0.1"
    output       = "3"
  }
}

model "qwen3p7-plus" {
  context_tokens    = 262144
  max_output_tokens = 65536
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.08"
    output       = "1.6"
  }
}

model "thenlper/gte-base" {
  kind           = "embedding"
  context_tokens = 512
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.008"
  }
}

model "thenlper/gte-large" {
  kind           = "embedding"
  context_tokens = 512
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.016"
  }
}
