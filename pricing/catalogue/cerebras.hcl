# Prices of cerebras, in USD per million tokens unless a unit says otherwise.

provider "cerebras" {
  id_prefixes           = ["cerebras/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 512
}

model "gpt-oss-120b" {
  context_tokens    = 131072
  max_output_tokens = 40960
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.35"
    output = "0.75"
  }
}

model "llama-3.3-70b" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.85"
    output = "1.2"
  }
}

model "llama3.1-70b" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "0.6"
  }
}

model "llama3.1-8b" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
}

model "qwen-3-32b" {
  context_tokens    = 128000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "0.8"
  }
}

model "zai-glm-4.6" {
  context_tokens    = 128000
  max_output_tokens = 128000
  hidden_output     = true
  retires_on        = "2026-01-20"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.25"
    output = "2.75"
  }
}

model "zai-glm-4.7" {
  context_tokens    = 131072
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.25"
    output = "2.75"
  }
}
